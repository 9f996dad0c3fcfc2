public import Configuration
public import Files
public import SystemPackage

/// How a run is kept.
public struct RunKeeping: Sendable {
  /// Steps from one checkpoint to the next; nil for one behind each epoch's validation.
  public var checkpointEvery: Int?
  /// Checkpoints kept besides the best.
  public var checkpoints = 3
  /// What the run does about a step that isn't finite.
  public var nonFinite = NonFiniteRule.stop
  /// Processes of the job.
  public var ranks = 1
  /// What `config.json` tells of the environment beside the number of workers.
  public var facts: [(name: String, value: JSONValue)] = []
  /// Whether the run begins from a state that its configuration doesn't give, and so with a checkpoint of step 0.
  public var keepsBeginning = false
  /// What to do about a run that isn't finite any more.
  ///
  /// - sound: the newest checkpoint that a lower rate goes on from (`SoundCheckpoints`); nil where there is none. rate:
  ///   a learning rate that is low enough, as text.
  public var remedy: @Sendable (_ sound: FilePath?, _ rate: String) -> String = { _, rate in
    "begin again with a learning rate of \(rate)"
  }

  /// One checkpoint an epoch, of which three are kept.
  public init() {}

  /// The text of `config.json`.
  func configurationText(_ configuration: RunConfiguration, _ workers: Int) -> String {
    ConfigurationFile.text(configuration, nonFinite: nonFinite, workers: workers, facts: facts)
  }
}
