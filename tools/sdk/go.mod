module pulumi-ibm-en-authorization/tools/sdk

go 1.25.0
