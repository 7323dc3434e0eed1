require("pulumi-ibm-en-authorization/plugin");
