internal import Files

/// The LR finder by itself.
package struct FinderOptions: OptionSection {
  package static let title = "LR finder"

  package let start = OptionDeclaration(
    "start-lr", initial: 1e-7, "The first learning rate.", value: "x", subject: "learning rate", in: .positive,
    role: .common)

  package let end = OptionDeclaration(
    "end-lr", initial: 10.0, "The last learning rate.", value: "x", subject: "learning rate", in: .positive,
    role: .common)

  package let iterations = OptionDeclaration(
    "num-it", initial: 100, "Steps from the one to the other.", value: "n", subject: "number of steps",
    in: .from(2, to: 1_000_000), role: .common)

  package let weightDecay = RunOption.schedule.weightDecay

  package let freezeTo = RunOption.schedule.freezeTo

  package let out = OptionDeclaration<OutputChoice>(
    "out", "Directory for the curve, or none.", value: "dir", subject: "output directory", in: .output,
    default: "runs/<UTC time>-lr-find-<model>", role: .common, completion: .directory)

  package let noPlot = RunOption.output.noPlot

  package init() {}
}
