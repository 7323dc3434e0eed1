import pulumi
import pulumi_ibm_en_authorization as ibm

config = pulumi.Config()

# Lets one Event Notifications instance store undelivered events in one bucket.
failed_events = ibm.EnAuthorization(
    "failed-events",
    source={"service_instance": config.require("eventNotifications")},
    target={
        "service_name": "cloud-object-storage",
        "service_instance": config.require("objectStorage"),
        "resource_type": "bucket",
        "resource": "failed-events",
    },
    roles=["Reader", "Object Writer"],
)

pulumi.export("policyId", failed_events.id)
