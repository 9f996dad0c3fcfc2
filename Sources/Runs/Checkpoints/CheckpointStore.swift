public import Files
public import SystemPackage

/// The checkpoints of a run directory: `checkpoints/step-00000261.safetensors` and so on.
public struct CheckpointStore: Sendable {
  /// The directory that holds them.
  let directory: FilePath
  /// The run's directory, where the best one has its name.
  private let run: RunDirectory
  /// How many of the last ones to keep, besides the best.
  let keep: Int
  private let carried: [String]

  /// Makes the directory `checkpoints` of a run if it is missing.
  ///
  /// - carried: the names of what the run carries from step to step.
  public init(in run: RunDirectory, keep: Int, carried: [String]) throws(RunError) {
    directory = run.path(of: .checkpoints)
    self.run = run
    self.keep = keep
    self.carried = carried
    if try FileOperations.makeDirectory(directory) { try FileOperations.synchronise(run.path) }
  }

  /// The checkpoints in a directory by step, the newest first.
  public static func list(_ directory: FilePath) -> [(step: Int, path: FilePath)] {
    FileOperations.names(in: directory).compactMap { name in
      step(ofName: name).map { ($0, directory.appending(name)) }
    }.sorted { $0.0 > $1.0 }
  }

  /// `step-00000261.safetensors`.
  public static func name(ofStep step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".safetensors"
  }

  private static func step(ofName name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
    return Int(name.dropFirst(5).dropLast(12)).flatMap { Self.name(ofStep: $0) == name ? $0 : nil }
  }

  /// Writes a checkpoint; when this returns it is on the disk, and those beyond `keep` are gone. Among those that stay
  /// is one to go on from if the run diverges, even where that makes one more (`SoundCheckpoints.kept`).
  ///
  /// Until the file is whole it goes by one name that no reader knows, so nothing is left behind by writers that were
  /// killed.
  ///
  /// - step: the one behind which it was taken; best: that of the best validation, whose checkpoint stays.
  /// - write: makes the file with `open` and fills it.
  func write(
    step: Int, best: Int,
    _ write: (_ open: (_ header: [UInt8]) throws(RunError) -> StreamedFile) throws(RunError) -> StreamedFile?
  ) throws(RunError) {
    let path = directory.appending(Self.name(ofStep: step))
    let file = try write { header throws(RunError) in
      try StreamedFile(path, aside: ".being-written", header: header, isSealed: true)
    }
    try file?.close(durable: true)
    try nameBest(best)
    // Those of later steps belong to a run that was taken back: not ours to judge.
    let own = Self.list(directory).filter { $0.step <= step }
    guard own.count > keep else { return }
    let kept = SoundCheckpoints(carried: carried).kept(own, keep)
    for old in own where old.step != best && !kept.contains(old.step) { FileOperations.remove(old.path) }
  }

  /// Has the run's `best` stand for the checkpoint of that step, 0 for none: a symbolic link, so that the weights of
  /// the best validation are there once. On a file system that has no such links there is none.
  func nameBest(_ step: Int) throws(RunError) {
    let link = run.path(of: .best)
    let name = Self.name(ofStep: step)
    guard step > 0, FileOperations.exists(directory.appending(name)) else { return FileOperations.remove(link) }
    try FileOperations.link(link, to: RunDirectory.File.checkpoints.rawValue + "/" + name)
  }
}
