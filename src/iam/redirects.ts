/**
 * What IBM's clients are told of redirects: to follow none. IBM answers with none, so what does stands in its place, and
 * where it points to is not to be shown a token or an API key.
 */
export const REDIRECTS = { maxRedirects: 0 };
