import IamPolicyManagementV1 from "@ibm-cloud/platform-services/iam-policy-management/v1";
import { expect } from "chai";
import type { Answer, IamTarget } from "../support/iam-target";
import type { Body } from "./bodies";

/** IAM's error codes. */
const CODES: string[] = Object.values(IamPolicyManagementV1.ErrorObject.Constants.Code);

/** An entry of `errors` in IAM's error body. */
export interface ErrorObject {
  code: string;
  message: string;
  details?: { conflicts_with?: { etag?: string; policy?: unknown } };
}

/** Returns the error that a call rejects with. */
export async function failure(call: Promise<unknown>): Promise<Error> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error) return error;
  throw new Error("Expected the call to fail");
}

/** Returns the error response of a call by IBM's client. */
export async function refusal(call: Promise<unknown>): Promise<Answer> {
  const error: Error & { status?: number; headers?: object; result?: unknown } = await failure(call);
  const { status, headers, result } = error;
  if (status === undefined) throw error;
  return { status, headers: { ...headers }, body: result };
}

/** Asserts IAM's error body with the response's status, and returns its error. */
export function errorIn({ status, headers, body }: Answer): ErrorObject {
  expect(body).to.have.all.keys("trace", "errors", "status_code");
  const { trace, errors, status_code } = body as {
    trace: string;
    errors: [ErrorObject];
    status_code: number;
  };
  expect(status_code).to.equal(status);
  expect(trace).to.equal(headers["transaction-id"]).and.to.match(/./);
  expect(CODES).to.include(errors[0].code);
  expect(errors[0].message).to.match(/./);
  return errors[0];
}

/** Returns the status and the error code of a response, such as `404 policy_not_found`. */
export function inShort({ status, body }: Answer): string {
  const { errors } = (body ?? {}) as { errors?: [{ code?: string }] };
  return [status, errors?.[0].code].filter((each) => each !== undefined).join(" ");
}

/** A policy that a test created. */
export interface Made {
  id: string;
  etag: string;
  policy: IamPolicyManagementV1.V2Policy;
}

/** Creates a policy and waits until IAM returns it. */
export async function make(iam: Pick<IamTarget, "client" | "eventually">, body: Body): Promise<Made> {
  const { result, headers } = await iam.client.createV2Policy({ ...body });
  const id = String(result.id);
  await iam.eventually(() => iam.client.getV2Policy({ id }));
  return { id, etag: String(headers.etag), policy: result };
}
