import ArgumentParser
import Teams
import Training

/// `dist-train data`.
///
/// It takes all model and data options of the run that it shows, so that in a command line only the word `train` needs
/// to be replaced.
struct DataCommand: SoloCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Show corpora, vocabulary, batches, what a worker holds of them, and the memory of a run.",
    discussion: """
      Example: dist-train data --show-batch
      Example: dist-train data --train my.txt --valid more.txt --worker 2/4
      """)

  @OptionGroup(title: ModelOptions.title) var model: SectionArguments<ModelOptions>

  @OptionGroup(title: DataOptions.title) var data: SectionArguments<DataOptions>

  @OptionGroup var display: SectionArguments<DataDisplayOptions>

  var options: OptionValues { model.values + data.values + display.values }

  func work(_ command: CommandJob) throws {
    // The worker asked about is not one of this job.
    let configuration = command.configuration
    let worker = options[RunOption.display.worker]
    try configuration.check(worker)
    let texts = try LanguageModelData(
      configuration.corpora(), batchSize: configuration.batchSize, bptt: configuration.bptt)
    print(DataReport.text(texts))
    let workers = worker?.size ?? min(options[RunOption.data.threads] ?? 1, configuration.laneCount)
    print("\n" + DataReport.memory(texts, configuration, workers: workers))
    if options(RunOption.display.batch) { print("\n\(texts.showBatch())") }
    if let worker {
      let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
      print("\n" + DataReport.text(texts, worker: worker, lanes: lanes))
    }
  }
}

extension RunConfiguration {
  /// Throws a usage error unless there is such a worker.
  fileprivate func check(_ worker: WorkerChoice?) throws(RunError) {
    guard let worker else { return }
    let option = "\(RunOption.display.worker.typedName) \(worker.text)"
    func usage(_ problem: String, _ remedy: String) -> RunError {
      RunError(problem, at: option, remedy: remedy, status: .usage)
    }
    guard worker.size >= 1, worker.size <= laneCount else {
      throw usage("\(worker.size) workers for \(laneCount) lanes", "give a number of workers from 1 to \(laneCount)")
    }
    guard worker.index >= 0, worker.index < worker.size else {
      throw usage("there is no worker \(worker.index) of \(worker.size)", "give one from 0 to \(worker.size - 1)")
    }
  }

  /// The texts that the options name.
  fileprivate func corpora() throws -> Corpora {
    if let dataDirectory { return try .tokens(dataDirectory) }
    if let trainFile, let validFile { return try .files(train: trainFile, valid: validFile) }
    return .humanNumbers
  }
}
