/** What passes between Git, rendering and the reconcilers: requests, revisions, files and faults, as plain values. */
import type { DesiredObject } from "./desired.ts";

/** Which revision a policy follows: exactly one of the four. */
export type SourceRef =
  | { readonly branch: string }
  | { readonly tag: string }
  | { readonly semver: string }
  | { readonly commit: string };

/** How to authenticate against the repository; values are secret and never logged. */
export interface SourceCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly bearerToken?: string;
  /** A private key in OpenSSH or PEM form. */
  readonly identity?: string;
  readonly knownHosts?: string;
  /** PEM certificates that sign the server's certificate. */
  readonly caFile?: string;
}

/** A repository and what to follow in it. */
export interface SourceRequest {
  readonly url: string;
  readonly ref: SourceRef;
  readonly credentials?: SourceCredentials;
}

/**
 * Why a revision could not be had. The reasons are the words shown in conditions.
 * `Unreachable` changes no verdict (the last revision stays in force); every other one needs the user.
 */
export interface SourceFault {
  readonly reason:
    | "Unreachable"
    | "AuthenticationFailed"
    | "HostKeyUnknown"
    | "Redirected"
    | "RefNotFound"
    | "UrlNotAllowed"
    | "PathNotFound"
    | "TooLarge"
    | "UnsupportedEntry"
    | "ParseFailed"
    | "InvalidManifest"
    | "EmptyRender"
    | "RenderFailed"
    | "RenderTimedOut"
    | "RendererUnavailable";
  /** What, where (file, line, field) and what to do; without any secret. */
  readonly message: string;
}

/** What the remote says the followed ref is now. */
export interface RemoteHead {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** `main@sha1:<commit>`, the tag's or version's name in place of `main`; `sha1:<commit>` for a pinned commit. */
  readonly revision: string;
}

/** A commit that is held locally. The author is whatever the commit claims. */
export interface FetchedRevision extends RemoteHead {
  readonly committedAt: Date;
  readonly claimedAuthor: string;
  readonly treeId: string;
}

/** One regular file of a revision's tree; `path` is from the repository's root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  /** Git's object id: the same bytes always have the same id. */
  readonly blobId: string;
  readonly bytes: Uint8Array;
}

/** A value, or why there is none: expected failures are values, not exceptions. */
export type SourceResult<T> =
  | { readonly type: "Done"; readonly value: T }
  | { readonly type: "Failed"; readonly fault: SourceFault };

/** How a policy's path is turned into objects. `Auto`: Kustomize where the path holds a kustomization file, else plain. */
export type RenderType = "Auto" | "Plain" | "Kustomize";

/** One revision's files and how to render them. */
export interface RenderRequest {
  readonly repository: string;
  readonly revision: string;
  readonly treeId: string;
  /** The policy's path; "" is the root. */
  readonly path: string;
  readonly type: RenderType;
  readonly files: readonly SourceFile[];
}

/** What a revision renders to. Namespaces are as the manifests state them; the caller knows which kinds are namespaced. */
export interface Rendered {
  readonly type: Exclude<RenderType, "Auto">;
  readonly objects: readonly DesiredObject[];
}
