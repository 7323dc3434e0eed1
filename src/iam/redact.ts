const HIDDEN = "[secret]";

/** A JSON Web Token, and whatever follows the words that name a credential in forms and headers. */
const CREDENTIALS =
  /\beyJ[\w-]+\.[\w-]*(?:\.[\w-]*)?|(?<=\b(?:apikey|access_token|refresh_token|cr_token|client_secret)["']?\s*[=:]\s*["']?)[^\s"'&,}]+|(?<=\b(?:Bearer|Basic)\s)[\w.~+/=-]+/gi;

/** A text without the given secrets, tokens, or what names itself a credential. */
export function redact(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  return known.replace(CREDENTIALS, HIDDEN);
}
