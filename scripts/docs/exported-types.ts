import * as ts from "typescript";

/** The exports of a source file, and the checker that knows their types. */
export interface ExportedTypes {
  checker: ts.TypeChecker;
  /** @throws if the file doesn't export the name */
  symbolOf: (name: string) => ts.Symbol;
  typeOf: (name: string) => ts.Type;
}

/** Reads the types that a source file exports. */
export function exportedTypes(path: string): ExportedTypes {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es5.d.ts"],
    strict: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  // The types of other packages aren't needed, and take seconds to load.
  host.resolveModuleNameLiterals = (names, file) =>
    names.map(({ text }) =>
      text.startsWith(".") ? ts.resolveModuleName(text, file, options, host) : { resolvedModule: undefined },
    );
  const program = ts.createProgram([path], options, host);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path) as ts.SourceFile);
  const exported = new Map(
    checker
      .getExportsOfModule(module as ts.Symbol)
      .map((symbol) => [
        symbol.name,
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
      ]),
  );
  const symbolOf = (name: string): ts.Symbol => {
    const symbol = exported.get(name);
    if (symbol === undefined) throw new Error(`${path} exports no type ${name}`);
    return symbol;
  };
  return { checker, symbolOf, typeOf: (name) => checker.getDeclaredTypeOfSymbol(symbolOf(name)) };
}
