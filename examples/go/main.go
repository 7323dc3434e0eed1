package main

import (
	ibm "pulumi-ibm-en-authorization/sdk/go/ibmenauthorization"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// Lets one Event Notifications instance store undelivered events in one bucket.
func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		failedEvents, err := ibm.NewEnAuthorization(ctx, "failed-events", &ibm.EnAuthorizationArgs{
			Source: ibm.AuthorizationSourceArgs{
				ServiceInstance: pulumi.String(settings.Require("eventNotifications")),
			},
			Target: ibm.AuthorizationTargetArgs{
				ServiceName:     pulumi.String("cloud-object-storage"),
				ServiceInstance: pulumi.String(settings.Require("objectStorage")),
				ResourceType:    pulumi.String("bucket"),
				Resource:        pulumi.String("failed-events"),
			},
			Roles: pulumi.StringArray{pulumi.String("Reader"), pulumi.String("Object Writer")},
		})
		if err != nil {
			return err
		}
		ctx.Export("policyId", failedEvents.ID())
		return nil
	})
}
