/** A graph of authorizations as plain values: the page gets it as JSON. This file imports nothing, so that the page can use it. */
export interface Graph {
  groups: GraphGroup[];
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** An account, or a resource group inside one. */
export interface GraphGroup {
  id: string;
  kind: "account" | "resource group";
  name: string;
  /** The group that contains this one. */
  parent?: string;
}

/** A service instance, or several: all instances of a service, or those that a limit selects. */
export interface GraphNode {
  id: string;
  /** The group that contains the node. */
  parent: string;
  kind: "instance" | "service";
  /** The name of an instance, or its GUID if its name isn't known; else the service. */
  name: string;
  /** The service of an instance; else the instances that the node stands for. */
  note: string;
  service: string;
  /** The GUID of an instance. */
  guid?: string;
  /** The centre of the node in the page, in pixels. */
  x?: number;
  y?: number;
  /** True for all instances, all resource groups or all services. */
  isBroad: boolean;
}

/** An authorization. */
export interface GraphEdge {
  /** The policy's id. */
  id: string;
  source: string;
  target: string;
  roles: string[];
  /** The limits inside the instances, such as a bucket. */
  limits: string[];
  /** True if the source or the target is broad. */
  isBroad: boolean;
  /** The findings of the audit, the most severe first. */
  findings: GraphFinding[];
  description?: string;
  createdAt?: string;
  createdBy?: string;
  managedBy?: string;
}

/** A finding of the audit. */
export interface GraphFinding {
  severity: "low" | "medium" | "high";
  rule: string;
  why: string;
  change: string;
}
