/** One revision of a policy's repository → desired objects. */
import type { Policy } from "../api/policy.ts";
import type { GitSource } from "../git/git-source.ts";
import { isOverlay, type Renderer } from "../render/renderer.ts";
import type { RemoteHead, Rendered, SourceResult } from "../resource/source.ts";

/** Reads the files below the policy's path; for an overlay the whole tree, since its bases may lie anywhere in it. */
export function createRevisionRenderer({
  git,
  renderer,
}: {
  readonly git: GitSource;
  readonly renderer: Renderer;
}) {
  return async (
    { source }: Policy,
    head: RemoteHead,
    signal: AbortSignal,
  ): Promise<SourceResult<Rendered>> => {
    const { url, path, render } = source;
    const below = await git.readTree(url, head.commit, { path }, signal);
    if (below.type === "Failed") return below;
    const isKustomize = render === "Kustomize" || (render === "Auto" && isOverlay(below.value, path));
    const files =
      isKustomize && path !== "" ? await git.readTree(url, head.commit, { path: "" }, signal) : below;
    if (files.type === "Failed") return files;
    const request = {
      repository: url,
      revision: head.revision,
      treeId: head.commit,
      path,
      type: render,
      files: files.value,
    };
    return await renderer(request, signal);
  };
}
