package import Files

/// What a run prints and writes.
package struct OutputOptions: OptionSection {
  package static let title = "Output"

  package let out = OptionDeclaration<OutputChoice>(
    "out", "Run directory, or none.", value: "dir", subject: "output directory", in: .output,
    default: "runs/<UTC time>-<model>", role: .common, completion: .directory)

  package let trace = OptionDeclaration<String>(
    "trace", "Write a Chrome trace of steps 11 to 18.", value: "file", subject: "file", in: .named("give a file"),
    role: .common, completion: .file)

  package let noPlot = OptionDeclaration("no-plot", initial: false, "Print no plots on a terminal.", role: .own)

  package let quiet = OptionDeclaration("quiet", initial: false, "Print the digest only.", role: .own)

  package init() {}
}

extension ValueBounds<OutputChoice> {
  /// Nowhere, or a directory with a name.
  package static var output: Self {
    Self { choice, subject in
      choice == .directory("")
        ? Violation("the \(subject)'s name is empty", "give a directory, or `none`") : nil
    }
  }
}
