import { X509Certificate } from "node:crypto";

/** Whether a text begins with a certificate that can be read. */
export function isPem(text: string): boolean {
  try {
    return text.includes("-----BEGIN CERTIFICATE-----") && new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}
