/** Kinds of fields that both resources have. */
import { z } from "zod";

/** A point in time as RFC 3339. */
export const timeSchema = z.string().max(64).meta({ format: "date-time" });

/** A number of things. */
export const countSchema = z.int().min(0);

/** How an object drifts. */
export const driftTypeSchema = z.enum(["Modified", "Missing", "Unexpected"]);

/** What a Kubernetes name of one label may be (RFC 1123). */
export const labelNameSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "write lower-case letters, digits and '-'");

/** What the name of a Kubernetes object may be (RFC 1123 subdomain). */
export const objectNameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "write lower-case letters, digits, '-' and '.'",
  );
