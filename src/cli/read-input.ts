/** The bytes of a file that the user names; `-` is standard input. */
import { createReadStream } from "node:fs";
import process from "node:process";
import { type Manifest, readManifests } from "../render/manifests.ts";

/** Beyond any list that can still be looked through; what would not fit into memory is refused before it is there. */
const maxBytes = 256 * 1024 * 1024;

/** The objects of the file, or why there are none: one line for the user. */
export async function readObjects(path: string): Promise<readonly Manifest[] | string> {
  const name = path === "-" ? "standard input" : path;
  const bytes = await readBytes(path);
  if (typeof bytes === "string") return `${name} ${bytes}`;
  const file = readManifests(bytes, name);
  return file.type === "Failed" ? file.fault.message : file.manifests;
}

async function readBytes(path: string): Promise<Uint8Array | string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // A stream ends by itself at the bound, also for a pipe or a device, whose size nobody knows.
    const stream: AsyncIterable<Buffer> = path === "-" ? process.stdin : createReadStream(path);
    for await (const chunk of stream) {
      size += chunk.byteLength;
      if (size > maxBytes) return `is larger than ${maxBytes / 1024 / 1024} MiB; compare it in parts`;
      chunks.push(chunk);
    }
  } catch (error) {
    return `cannot be read: ${reasonOf(error)}`;
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>; // Node's streams throw these
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder; name a file, or compare a repository with --repo";
  return code === "EACCES" ? "permission denied" : message;
}
