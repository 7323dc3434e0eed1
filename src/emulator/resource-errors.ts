/** Whether a path is one of Resource Controller or Resource Manager, whose errors have a shape of their own. */
export function isResourcePath(path: string): boolean {
  return path.startsWith("/v2/resource_");
}

type Said = readonly [code: string, message: string];

/** What they say with a status. IBM documents the shape of their errors; codes and messages are made up. */
const SAID: Record<number, Said> = {
  400: ["RC-InvalidRequest", "The request is not valid."],
  401: ["RC-IamTokenInvalid", "The provided IAM token is invalid."],
  403: ["RC-NotAuthorized", "You are not authorized to do this."],
  404: ["RC-NotFound", "The resource could not be found."],
  429: ["RC-TooManyRequests", "Too many requests. Try again later."],
};
const FAILED: Said = ["RC-RequestFailed", "The request could not be processed. Try again later."];

/** What Resource Controller and Resource Manager say with a status. */
export function resourceSaid(status: number): Said {
  return SAID[status] ?? FAILED;
}
