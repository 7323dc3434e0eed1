/* What of IBM's SDK reads the environment and credentials files, which goes without the rest of it. */
export { readExternalSources } from "ibm-cloud-sdk-core/auth/utils/read-external-sources";
