/// What `data` shows of the texts.
package struct DataDisplayOptions: OptionSection {
  package let batch = OptionDeclaration(
    "show-batch", initial: false, "Show the first training batch, one row a stream.", role: .common)

  package let worker = OptionDeclaration<WorkerChoice>(
    "worker", "Show which streams and tokens worker i of n holds; the first is 0.", value: "i/n", role: .common)

  package init() {}
}
