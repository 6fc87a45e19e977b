/** What an image's name says of its tag, as the API server reads it (`ParseImageName`, pkg/util/parsers). */

const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const domain = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const reference = new RegExp(
  `^(?:${domain}/)?${component}(?:/${component})*` +
    "(?::\\w[\\w.-]{0,127})?" +
    "(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$",
);
/** Taken for an identifier, and refused as a name. */
const identifier = /^[a-f0-9]{64}$/;

/** Whether it is the latest one: its tag says so, or there is neither tag nor digest. What is no name at all is not. */
export function isLatestImage(image: string): boolean {
  // Most have a tag of their own: no need to look at the rest.
  const at = image.indexOf("@");
  const name = at < 0 ? image : image.slice(0, at);
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const isOpen = colon < 0 ? at < 0 : name.slice(colon + 1) === "latest";
  return isOpen && !identifier.test(image) && reference.test(image);
}
