/** Renders files given as text. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRenderer, type RendererOptions } from "../../src/render/renderer.ts";
import type { RenderRequest, SourceFile } from "../../src/resource/source.ts";

export function sourceFile(path: string, text: string): SourceFile {
  return { path, blobId: createHash("sha1").update(text).digest("hex"), bytes: Buffer.from(text) };
}

/** Renders once; `files` is path → text. */
export function render(
  files: Readonly<Record<string, string>>,
  request: Partial<RenderRequest> = {},
  options: Partial<RendererOptions> = {},
) {
  const renderer = createRenderer({
    tempDir: join(tmpdir(), "holdfast-render-test"),
    timeoutMs: 2_000,
    maxOutputBytes: 1_000_000,
    maxObjects: 1_000,
    cacheBytes: 1_000_000,
    ...options,
  });
  return renderer(
    {
      repository: "https://git.example.com/x.git",
      revision: "main@sha1:0",
      treeId: "0",
      path: "",
      type: "Auto",
      files: Object.entries(files).map(([path, text]) => sourceFile(path, text)),
      ...request,
    },
    new AbortController().signal,
  );
}
