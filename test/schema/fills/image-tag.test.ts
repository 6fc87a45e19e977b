import { describe, expect, it } from "@jest/globals";
import { isLatestImage } from "../../../src/schema/fills/image-tag.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("an image", () => {
  it.each([
    "app",
    "app:latest",
    "shop/app",
    "registry.example.com:5000/app",
    "registry:5000/a/b:latest",
    `app:latest@${digest}`,
  ])("is the latest one: %s", (image) => expect(isLatestImage(image)).toBe(true));

  it.each(["app:1", "app:Latest", "registry.example.com:5000/app:1.2", `app@${digest}`, `app:1@${digest}`])(
    "is a fixed one: %s",
    (image) => expect(isLatestImage(image)).toBe(false),
  );

  it.each([
    "",
    "Other/Name",
    "shop/App",
    "app:",
    "-app",
    "app:latest@sha256:short",
    "0123456789abcdef".repeat(4),
  ])("without a name that can be read is not the latest one: %j", (image) =>
    expect(isLatestImage(image)).toBe(false),
  );
});
