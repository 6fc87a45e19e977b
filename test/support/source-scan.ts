/** Reads TypeScript just well enough to see what a file imports and which globals it names. */

/** What one file imports, and its code without anything that is only text. */
export interface ScannedSource {
  /** As written between the quotes: static, type-only, dynamic and re-exported alike. */
  readonly imports: readonly string[];
  /** Imports whose target is computed, so that nobody can say what they bring in. */
  readonly computedImports: number;
  /** The source with comments and the insides of strings and regular expressions blanked; positions stay. */
  readonly code: string;
}

const importForms = [
  // import … from "x", export … from "x"; what stands between holds names only.
  /\b(?:import|export)\b[\w\s{},*$]*?\bfrom\s*(["'])/g,
  /\bimport\s*(["'])/g,
  /\b(?:import|require)\s*\(\s*(["'`])/g,
];
const computedImport = /\b(?:import|require)\s*\(\s*[^\s"'`)]/g;

export function scanSource(source: string): ScannedSource {
  const code = blankText(source);
  const imports: string[] = [];
  let computedImports = [...code.matchAll(computedImport)].length;
  for (const form of importForms) {
    for (const match of code.matchAll(form)) {
      const start = match.index + match[0].length;
      const specifier = source.slice(start, code.indexOf(match[1] ?? "", start));
      if (specifier.includes("${")) computedImports += 1;
      else imports.push(specifier);
    }
  }
  return { imports, computedImports, code };
}

/** A regular expression may begin where an operand is due: after these, or at the start. */
const beforeOperand = /(?:^|[(,=:[!&|?{};+*%~^-]|\b(?:return|typeof|case|in|of|yield|await))\s*$/;

function blankText(source: string): string {
  let code = "";
  /** For each open template, how deep in braces its current `${` is. */
  const templates: number[] = [];
  const blankTo = (end: number) => {
    code += source.slice(code.length, end).replace(/[^\n]/g, " ");
  };
  const copyTo = (end: number) => {
    code += source.slice(code.length, end);
  };
  /** Blanks from behind the opening mark up to `end`, and keeps the closing mark. */
  const blankInside = (end: number) => {
    copyTo(code.length + 1);
    blankTo(end);
    copyTo(end + 1);
  };
  const continueTemplate = () => {
    const end = templateEnd(source, code.length + 1);
    const isExpression = source[end] === "$";
    blankInside(end);
    if (!isExpression) return;
    copyTo(end + 2);
    templates.push(0);
  };
  while (code.length < source.length) {
    const at = code.length;
    const char = source[at] ?? "";
    const depth = templates.at(-1);
    if (source.startsWith("//", at)) blankTo(indexOrEnd(source, "\n", at));
    else if (source.startsWith("/*", at)) blankTo(indexOrEnd(source, "*/", at) + 2);
    else if (char === '"' || char === "'") blankInside(stringEnd(source, at));
    else if (char === "`") continueTemplate();
    else if (char === "/" && beforeOperand.test(code)) blankInside(expressionEnd(source, at));
    else if (depth !== undefined && char === "}" && depth === 0) {
      templates.pop();
      continueTemplate();
    } else {
      if (depth !== undefined && char === "{") templates.push((templates.pop() ?? 0) + 1);
      if (depth !== undefined && char === "}") templates.push((templates.pop() ?? 0) - 1);
      copyTo(at + 1);
    }
  }
  return code;
}

function indexOrEnd(source: string, text: string, from: number): number {
  const found = source.indexOf(text, from);
  return found < 0 ? source.length : found;
}

/** Where the string that opens at `start` closes; a line's end closes it too. */
function stringEnd(source: string, start: number): number {
  const quote = source[start];
  let at = start + 1;
  while (at < source.length && source[at] !== quote && source[at] !== "\n") at += source[at] === "\\" ? 2 : 1;
  return at;
}

/** Where the template's text ends: at its closing mark, or at the `$` of an expression. */
function templateEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== "`" && !source.startsWith("${", at))
    at += source[at] === "\\" ? 2 : 1;
  return at;
}

/** Where the regular expression that opens at `start` closes; a slash in brackets does not close it. */
function expressionEnd(source: string, start: number): number {
  let isInBrackets = false;
  let at = start + 1;
  while (at < source.length && source[at] !== "\n" && (isInBrackets || source[at] !== "/")) {
    if (source[at] === "[") isInBrackets = true;
    if (source[at] === "]") isInBrackets = false;
    at += source[at] === "\\" ? 2 : 1;
  }
  return at;
}
