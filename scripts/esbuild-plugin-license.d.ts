/* The package has types, but its `exports` do not lead to them. */
declare module "esbuild-plugin-license" {
  export interface Dependency {
    packageJson: { name: string; version: string; license?: string };
    licenseText: string;
  }
  const license: (options: {
    banner?: string;
    thirdParty: { output: { file: string; template: (dependencies: Dependency[]) => string } };
  }) => import("esbuild").Plugin;
  export default license;
}
