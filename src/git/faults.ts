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
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    advice:
      "the server's key is not the one in known_hosts: find out why before you put the new one into spec.source.secretRef",
  },
  {
    reason: "HostKeyUnknown",
    pattern: /Host key verification failed/,
    advice: "put the server's key into known_hosts of spec.source.secretRef",
  },
  {
    reason: "RefNotFound",
    pattern: /couldn't find remote ref|not our ref|unadvertised object/,
    advice: "check spec.source.ref",
  },
  // What only the operator's administrator can mend: the last revision stays in force.
  {
    reason: "Unreachable",
    pattern: /command '?ssh'?: No such file|cannot run ssh|\b(ssh|timeout): not found/,
    advice:
      "there is no ssh where Holdfast runs: install OpenSSH's client and coreutils, or use an https URL",
  },
  {
    reason: "Unreachable",
    pattern: /No user exists for uid/,
    advice: "ssh wants a line in /etc/passwd for the user that Holdfast runs as",
  },
];

const longestMessage = 400;

/** What went wrong, from what Git wrote to its standard error; secrets are taken out. */
export function faultOf(stderr: string, credentials: SourceCredentials = {}): SourceFault {
  const text = clean(stderr, credentials);
  const match = patterns.find(({ pattern }) => pattern.test(text));
  const said = text.slice(0, longestMessage);
  if (match !== undefined) return { reason: match.reason, message: `${match.advice} (${said})` };
  return {
    reason: "Unreachable",
    message: `the remote cannot be read: ${said === "" ? "git said nothing" : said}`,
  };
}

function clean(stderr: string, { password, bearerToken }: SourceCredentials): string {
  let text = stderr
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    // ssh's frame around a warning, and the command that a shell failed to run.
    .replaceAll(/@[@ ]{8,}|exec timeout \d.*: (?=exec: )/g, "")
    .replaceAll(/\/\/[^/\s@]*@/g, "//")
    .trim();
  for (const secret of [password, bearerToken])
    if (secret !== undefined && secret !== "") text = text.replaceAll(secret, "***");
  return text;
}
