/** Markdown for docs/detection-excuses.md: every shipped excuse, with its source. */
import type { ExcuseRow } from "../../src/diff/excuse-row.ts";
import { rowsByTheme } from "../../src/diff/excuses/shipped.ts";
import { code, page, table } from "./markdown.ts";

export function excusesPage(): string {
  return page([
    "# Shipped excuses",
    "<!-- Made by `make generate` from src/diff/excuses: change it there. -->",
    "In mode `Exact` a live field that Git does not state is drift. What stands in these tables is not, provided that *everything* in its row holds: the kind, the path, the manager that owns the field in `metadata.managedFields`, and the value where it is checked. Another manager, another value, or another field of the same object is drift. A field that Git does state is never excused by them, but for a placeholder where a row names one.",
    "A manager's name in managedFields is what the program says of itself. So a row never excuses more than its path: whoever forges the name can change what that controller may change anyway, and nothing else. Where the managers read *any*, the value says enough by itself. A mark with a right value is also excused if nobody is known to own it any more: `metadata.managedFields` was emptied, or the server has merged the entry into `ancient-changes`. Where the value is not checked, a lost owner is no excuse.",
    "A policy adds its own: `spec.detection.trust` (a manager may own fields), `spec.detection.ignore` (never drift, whoever wrote it) and `spec.detection.tracking` (a label that the deliverer puts on every object). External-dns needs no row: it writes nothing onto the objects that it reads.",
    "The last column says where the manager and the place were read: in the code of the controller and, where it says so, in the managedFields of clusters as people have published them. Where it says instead that the manager is the program's name, the code gives no other, and no such record was at hand.",
    ...[...rowsByTheme].flatMap(([theme, rows]) => [
      `## ${theme}`,
      table(["Name", "Kinds", "Path", "Managers", "Value", "Why", "Source"], rows.map(cells)),
    ]),
  ]);
}

function cells(row: ExcuseRow): readonly string[] {
  return [
    code(row.name),
    kindsOf(row),
    code(row.path),
    managersOf(row),
    valueOf(row),
    row.why,
    row.source.startsWith("https://") ? `<${row.source}>` : row.source,
  ];
}

function kindsOf({ group, kinds }: ExcuseRow): string {
  if (group === undefined) return "any";
  const where = group === "" ? "" : `.${group}`;
  return kinds === undefined
    ? `any of ${code(group)}`
    : kinds.map((kind) => code(`${kind}${where}`)).join(", ");
}

function managersOf({ managers, operation, unowned }: ExcuseRow): string {
  if (managers === undefined) return "any";
  const names = managers.map(code).join(", ");
  const how = operation === undefined ? names : `${names} (${operation})`;
  return unowned === true ? `${how}, or not known` : how;
}

function valueOf({ check, placeholders }: ExcuseRow): string {
  const says = check === undefined ? "" : "checked";
  if (placeholders === undefined) return says;
  if (placeholders === "anything")
    return says === "" ? "whatever Git states" : `${says}; whatever Git states`;
  const instead = `also where Git states ${placeholders.map((value) => code(JSON.stringify(value))).join(", ")}`;
  return says === "" ? instead : `${says}; ${instead}`;
}
