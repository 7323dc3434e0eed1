import { PolicyPack } from "@pulumi/policy";
import { authorizationPolicies } from "pulumi-ibm-en-authorization/policy";

new PolicyPack("ibm-authorizations", {
  enforcementLevel: "mandatory",
  // Services in this partner's account may have access.
  policies: authorizationPolicies({ allowedAccounts: ["ffffffffeeeeeeeeddddddddcccccccc"] }),
});
