import { isTls, UNREADABLE, type Told } from "./told";

/** What to do next, by what a failure is known by: the first row that matches. */
export type Ways = readonly [known: (told: Told) => boolean, way: string][];

/** One of IBM's services beside IAM: what its errors call it, and say to do next. */
export interface OtherService {
  name: string;
  ways: Ways;
}

/** Whether something answered that cannot have been the one that was asked. */
export function isStrangers({ status, code }: Told): boolean {
  if (status === 404) return code === undefined;
  return code === UNREADABLE || (status !== undefined && status >= 300 && status < 400);
}

/** Those of IAM. */
export const WAYS: Ways = [
  [
    ({ status, code }) => status === 400 && code?.startsWith("BXNIM") === true,
    "The token service refused the credentials: check the API key (ibmcloud:apiKey, IC_API_KEY, IBMCLOUD_API_KEY), whether it was deleted or locked, and the endpoint it belongs to. After a change of ibmcloud:apiKey, refresh and destroy need --run-program, or a pulumi up first",
  ],
  [isStrangers, "Something else answered in IAM's place: check proxies and the endpoint"],
  [
    ({ said }) => said.includes("Invalid URL"),
    "The endpoint (ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT) must begin with https://",
  ],
  [({ status }) => status === 400, "Check that both services take this scope and these roles"],
  [
    ({ status }) => status === 401,
    "The token is expired or not of this IAM: renew the credentials and run again",
  ],
  [
    ({ status, reads }) => status === 403 && reads === true,
    "The credentials need the platform role Viewer on the target, or better",
  ],
  [
    ({ status }) => status === 403,
    "The credentials need the platform role Administrator on the target, and every role that is granted there",
  ],
  [({ code }) => code === "policy_not_found", "Run pulumi refresh to see what IAM still holds"],
  [
    ({ status, code, stale }) =>
      stale === true || status === 412 || (status === 409 && code !== "policy_conflict_error"),
    "Somebody changed the authorization meanwhile: run pulumi refresh, then pulumi up",
  ],
  [
    ({ status }) => status === 409,
    "IAM takes two authorizations for the same when scope and roles are the same: remove that one, or give it up here",
  ],
  [
    ({ status }) => status === 415,
    "Something between here and IAM changed the request: check proxies and the endpoint",
  ],
  [
    ({ status }) => status === 422,
    "The account is at its limit of policies (4,020): remove unused ones, or ask IBM for more",
  ],
  [({ status }) => status === 429, "IAM asks for fewer calls: run again later, or with a lower --parallel"],
  [
    ({ status }) => status !== undefined && status >= 500,
    "IAM has a problem of its own: run again, and see the status page of IBM Cloud when it stays",
  ],
  [
    ({ code }) => isTls(code),
    "The endpoint's certificate is not trusted: check the endpoint, and add a company's own authority with NODE_EXTRA_CA_CERTS",
  ],
  [
    ({ status }) => status === undefined,
    "No answer came: check the network, proxies and the endpoint (ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT)",
  ],
];
