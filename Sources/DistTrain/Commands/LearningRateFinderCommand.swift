import ArgumentParser
import Training

/// `dist-train lr-find`.
struct LearningRateFinderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lr-find", abstract: "Find a learning rate.",
    discussion: """
      It trains with ever larger rates until the loss explodes, suggests rates from the curve, and leaves the model as it was.

      Example: dist-train lr-find --bptt 20 --out none
      """)

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @OptionGroup(title: FinderOptions.title) var finder: SectionArguments<FinderOptions>

  func run() throws {
    try runLearningRateFinder(.learningRateFinder(model.values + data.values + finder.values))
  }
}
