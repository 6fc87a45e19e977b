/** From Git's words to a reason. With `LC_ALL=C` its messages are stable; what none of them fits is `Unreachable`. */
import type { SourceCredentials, SourceFault } from "../resource/source.ts";

const patterns: readonly {
  readonly reason: SourceFault["reason"];
  readonly pattern: RegExp;
  readonly advice: string;
}[] = [
  {
    reason: "Redirected",
    pattern: /unable to update url base from redirection|The requested URL returned error: 30\d/,
    advice: "the server redirects; set spec.source.url to the place it redirects to",
  },
  {
    reason: "AuthenticationFailed",
    pattern:
      /Authentication failed|could not read Username|could not read Password|returned error: 40[13]|Permission denied|terminal prompts disabled|access denied/i,
    advice: "check the credentials in spec.source.secretRef and what they may read",
  },
  {
    reason: "HostKeyUnknown",
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    advice: "put the server's key into known_hosts of spec.source.secretRef",
  },
  {
    reason: "RefNotFound",
    pattern: /couldn't find remote ref|not our ref|unadvertised object/,
    advice: "check spec.source.ref",
  },
];

const longestMessage = 400;

/** What went wrong, from what Git wrote to its standard error; secrets are taken out. */
export function faultOf(stderr: string, credentials: SourceCredentials = {}): SourceFault {
  const text = clean(stderr, credentials);
  const match = patterns.find(({ pattern }) => pattern.test(text));
  if (match !== undefined) return { reason: match.reason, message: `${match.advice} (${text})` };
  return {
    reason: "Unreachable",
    message: `the remote cannot be read: ${text === "" ? "git said nothing" : text}`,
  };
}

function clean(stderr: string, { password, bearerToken }: SourceCredentials): string {
  let text = stderr
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .replaceAll(/\/\/[^/\s@]*@/g, "//")
    .trim();
  for (const secret of [password, bearerToken])
    if (secret !== undefined && secret !== "") text = text.replaceAll(secret, "***");
  return text.slice(0, longestMessage);
}
