// Command omitted-zeros prints, for every type of the built-in API, the fields whose zero value the API server
// cannot tell from an absent one. OpenAPI does not say it: the answer is in the Go types, where such a field is no
// pointer. Output: {"io.k8s.api.core.v1.PodSpec": ["hostIPC", "hostNetwork", ...], ...}.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// model is what a type is called in the documents that the API server publishes.
type model interface{ OpenAPIModelName() string }

var (
	modelType     = reflect.TypeFor[model]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
)

func main() {
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, apiextensions.AddToScheme, apiregistration.AddToScheme} {
		if err := add(known); err != nil {
			panic(err)
		}
	}
	types := map[string][]string{}
	for _, kind := range known.AllKnownTypes() {
		visit(kind, types, map[reflect.Type]bool{})
	}
	output := json.NewEncoder(os.Stdout)
	if err := output.Encode(types); err != nil {
		panic(err)
	}
}

// visit records a type and those that its fields are made of.
func visit(t reflect.Type, types map[string][]string, seen map[reflect.Type]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		visit(t.Elem(), types, seen)
		return
	case reflect.Struct:
	default:
		return
	}
	if seen[t] || !t.Implements(modelType) {
		return
	}
	seen[t] = true
	name := reflect.Zero(t).Interface().(model).OpenAPIModelName()
	fields := omitted(t, types, seen)
	if len(fields) > 0 && !writesItself(t) {
		slices.Sort(fields)
		types[name] = slices.Compact(fields)
	}
}

// omitted lists the fields of a struct, those of embedded structs included.
func omitted(t reflect.Type, types map[string][]string, seen map[reflect.Type]bool) []string {
	fields := []string{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" {
			if field.Type.Kind() == reflect.Struct {
				fields = append(fields, omitted(field.Type, types, seen)...)
			}
			continue
		}
		visit(field.Type, types, seen)
		if name != "" && name != "-" && field.Type.Kind() != reflect.Pointer && !writesItself(field.Type) {
			fields = append(fields, name)
		}
	}
	return fields
}

// writesItself says whether a type decides on its own what its zero looks like (Quantity, Time). That of IntOrString
// is 0, as that of a number.
func writesItself(t reflect.Type) bool {
	if t == reflect.TypeFor[intstr.IntOrString]() {
		return false
	}
	return t.Implements(marshalerType) || reflect.PointerTo(t).Implements(marshalerType)
}
