/** Files of one revision → desired objects: plain YAML and JSON, or Kustomize. */
import { createTurns } from "../async/turns.ts";
import type { DesiredObject, Origin } from "../resource/desired.ts";
import { refOf } from "../resource/resource.ts";
import type { Rendered, RenderRequest, SourceFault, SourceFile, SourceResult } from "../resource/source.ts";
import { type KustomizeOptions, kustomize } from "./kustomize.ts";
import { type Manifest, type ManifestFile, plainOrigin, readManifests } from "./manifests.ts";
import { findUnfinished } from "./unfinished.ts";

export interface RendererOptions extends KustomizeOptions {
  readonly maxObjects: number;
  /** How many bytes of files are remembered as parsed. */
  readonly cacheBytes: number;
}

export type Renderer = (request: RenderRequest, signal: AbortSignal) => Promise<SourceResult<Rendered>>;

const manifestName = /\.(ya?ml|json)$/;
const kustomizationNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Whether the path is a Kustomize overlay: then its bases may lie anywhere in the tree. */
export function isOverlay(files: readonly { readonly path: string }[], path: string): boolean {
  const prefix = path === "" ? "" : `${path}/`;
  return files.some((file) => kustomizationNames.some((name) => file.path === `${prefix}${name}`));
}

export function createRenderer(options: RendererOptions): Renderer {
  const parsed = new ParsedFiles(options.cacheBytes);

  return async (request, signal) => {
    const type =
      request.type === "Auto"
        ? isOverlay(request.files, request.path)
          ? "Kustomize"
          : "Plain"
        : request.type;
    const objects = type === "Plain" ? await renderPlain(request) : await renderOverlay(request, signal);
    if (objects.type === "Failed") return objects;
    if (objects.value.length === 0) {
      return failed(
        "EmptyRender",
        `${request.path === "" ? "the repository" : request.path} holds no objects; check spec.source.path`,
      );
    }
    if (objects.value.length > options.maxObjects) {
      return failed(
        "TooLarge",
        `${objects.value.length} objects; at most ${options.maxObjects} are followed by one policy`,
      );
    }
    return { type: "Done", value: { type, objects: objects.value } };
  };

  async function renderPlain(request: RenderRequest): Promise<SourceResult<readonly DesiredObject[]>> {
    const turn = createTurns();
    const objects: DesiredObject[] = [];
    for (const file of manifestFiles(request)) {
      await turn();
      const manifests = parsed.read(file);
      if (manifests.type === "Failed") return manifests;
      for (const { object, line } of manifests.manifests) {
        objects.push(desiredObject({ object, line }, plainOrigin(request, file.path, line)));
      }
    }
    return { type: "Done", value: objects };
  }

  /** Rendered twice: what differs between the two cannot be what is delivered. */
  async function renderOverlay(
    request: RenderRequest,
    signal: AbortSignal,
  ): Promise<SourceResult<readonly DesiredObject[]>> {
    const first = await kustomize(request, options, signal);
    if (first.type === "Failed") return first;
    const second = await kustomize(request, options, signal);
    if (second.type === "Failed") return second;
    const overlay = request.path === "" ? "." : request.path;
    const manifests = readManifests(first.value, overlay);
    if (manifests.type === "Failed") return manifests;
    const again = readManifests(second.value, overlay);
    const others = new Set(
      again.type === "Read" ? again.manifests.map(({ object }) => JSON.stringify(object)) : [],
    );
    const origin: Origin = { repository: request.repository, revision: request.revision, path: overlay };
    const objects = manifests.manifests.map((manifest) => {
      const object = desiredObject(manifest, origin);
      if (others.has(JSON.stringify(manifest.object))) return object;
      return {
        ...object,
        unfinished: { reason: "NonDeterministic" as const, detail: "two renders of this revision differ" },
      };
    });
    return { type: "Done", value: objects };
  }
}

/** Files and folders that begin with a dot are settings of tools, not manifests. */
function manifestFiles({ files, path }: RenderRequest): readonly SourceFile[] {
  const prefix = path === "" ? "" : `${path}/`;
  return files
    .filter((file) => file.path.startsWith(prefix) && manifestName.test(file.path))
    .filter(
      (file) =>
        !file.path
          .slice(prefix.length)
          .split("/")
          .some((part) => part.startsWith(".")),
    )
    .filter((file) => !kustomizationNames.includes(file.path.slice(file.path.lastIndexOf("/") + 1)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function desiredObject({ object }: Manifest, origin: Origin): DesiredObject {
  const unfinished = findUnfinished(object);
  return { ref: refOf(object), body: object, origin, ...(unfinished === undefined ? {} : { unfinished }) };
}

/**
 * Files as parsed, by Git's object id: a new revision parses only what changed. They are kept as JSON, which takes a
 * fraction of the memory of objects and is read many times faster than YAML. The least recently used go first.
 */
class ParsedFiles {
  readonly #files = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  read({ path, blobId, bytes }: SourceFile): ManifestFile {
    const known = this.#files.get(blobId);
    if (known !== undefined) {
      this.#files.delete(blobId);
      this.#files.set(blobId, known);
      // Only `remember` writes these bytes.
      return { type: "Read", manifests: JSON.parse(Buffer.from(known).toString()) as readonly Manifest[] };
    }
    const file = readManifests(bytes, path);
    if (file.type === "Read") this.#remember(blobId, file.manifests);
    return file;
  }

  #remember(blobId: string, manifests: readonly Manifest[]): void {
    const text = JSON.stringify(manifests);
    // A copy of its own: a slice would pin the pool that Node makes small buffers from.
    const packed = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    packed.write(text);
    this.#files.set(blobId, packed);
    this.#bytes += packed.byteLength;
    for (const [oldest, { byteLength }] of this.#files) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#files.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}

function failed(
  reason: SourceFault["reason"],
  message: string,
): { readonly type: "Failed"; readonly fault: SourceFault } {
  return { type: "Failed", fault: { reason, message } };
}
