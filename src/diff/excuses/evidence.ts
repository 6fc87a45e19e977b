/** What a row's manager and place were read from, in words. */

/** `kubectl get --show-managed-fields` of real clusters, in public issues and repositories. */
export const published = "managedFields as published from clusters";

/** client-go says so, unless told otherwise; it is the first word of the user agent. */
export const byProgram = "the manager is the program's name";

export function sources(...parts: readonly string[]): string {
  return parts.join("; ");
}
