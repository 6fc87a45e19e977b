/** A Dockerfile as its stages and their instructions: the little of its grammar that ours needs. */

export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  /** The image, with the arguments' defaults put in. */
  readonly from: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** @throws Error at an instruction before the first stage that is no ARG. */
export function parseDockerfile(text: string): readonly Stage[] {
  const defaults = new Map<string, string>();
  const stages: { from: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const { name, text: rest } of instructionsOf(text)) {
    if (name === "FROM") {
      const [image = "", , alias] = rest.split(/\s+/);
      const from = image.replaceAll(/\$\{(\w+)\}/g, (_, argument: string) => defaults.get(argument) ?? "");
      stages.push({ from, name: alias, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage !== undefined) stage.instructions.push({ name, text: rest });
    else if (name === "ARG") defaults.set(...pairOf(rest));
    else throw new Error(`${name} before the first FROM`);
  }
  return stages;
}

/** The texts of one kind of instruction, in their order. */
export function textsOf({ instructions }: Stage, name: string): readonly string[] {
  return instructions.filter((one) => one.name === name).map(({ text }) => text);
}

/** Of ENTRYPOINT and CMD. @throws SyntaxError where it is not the exec form, which alone gets signals. */
export function execForm(stage: Stage, name: "ENTRYPOINT" | "CMD"): readonly string[] {
  // What is no list of strings fails the test that runs it.
  return JSON.parse(textsOf(stage, name).at(-1) ?? "") as readonly string[];
}

export function environmentOf(stage: Stage): Readonly<Record<string, string>> {
  return Object.fromEntries(textsOf(stage, "ENV").flatMap((text) => text.split(/\s+/).map(pairOf)));
}

/** COPY: `from` is a stage's name, or undefined for the build context. */
export function copyOf(text: string): {
  from: string | undefined;
  sources: readonly string[];
  target: string;
} {
  const words = text.split(/\s+/);
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
  const paths = words.filter((word) => !word.startsWith("--"));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("#") && line.trim() !== "");
  const joined = lines.join("\n").replaceAll(/\\\n\s*/g, "");
  return joined.split("\n").map((line) => {
    const [name = ""] = line.split(" ");
    return { name, text: line.slice(name.length).trim() };
  });
}

function pairOf(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
