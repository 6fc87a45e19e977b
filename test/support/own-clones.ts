/** Copies that js-yaml knows for plain objects: those of Node's structuredClone are of another realm than a test's. */
import { afterAll, beforeAll, jest } from "@jest/globals";

/** Called once, at the top of a test file. */
export function useOwnClones(): void {
  beforeAll(() => {
    jest
      .spyOn(globalThis, "structuredClone")
      .mockImplementation((value) => JSON.parse(JSON.stringify(value)));
  });
  afterAll(() => {
    jest.restoreAllMocks();
  });
}
