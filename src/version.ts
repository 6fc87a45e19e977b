/** The version of this Holdfast. */
import manifest from "../package.json" with { type: "json" };

export const version: string = manifest.version;
