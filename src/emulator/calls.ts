/** One request that the emulator answered. It holds neither keys nor tokens. */
export interface Call {
  /** The name of the method of IBM's SDK that makes it, such as `createV2Policy`; `token`; or `unknown`. */
  operation: string;
  method: string;
  path: string;
  query: Record<string, string>;
  status: number;
  userAgent: string;
  transactionId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
}

const OPERATIONS: readonly [method: string, path: RegExp, operation: string][] = [
  ["POST", /^\/identity\/token$/, "token"],
  ["POST", /^\/v2\/policies$/, "createV2Policy"],
  ["GET", /^\/v2\/policies$/, "listV2Policies"],
  ["GET", /^\/v2\/policies\/[^/]+$/, "getV2Policy"],
  ["PUT", /^\/v2\/policies\/[^/]+$/, "replaceV2Policy"],
  ["DELETE", /^\/v2\/policies\/[^/]+$/, "deleteV2Policy"],
  ["GET", /^\/v1\/policies$/, "listPolicies"],
  ["GET", /^\/v1\/policies\/[^/]+$/, "getPolicy"],
  ["DELETE", /^\/v1\/policies\/[^/]+$/, "deletePolicy"],
  ["PATCH", /^\/v1\/policies\/[^/]+$/, "updatePolicyState"],
  ["GET", /^\/v2\/roles$/, "listRoles"],
];

export function operationOf(method: string, path: string): string {
  return OPERATIONS.find(([each, pattern]) => each === method && pattern.test(path))?.[2] ?? "unknown";
}
