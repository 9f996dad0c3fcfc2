import Foundation

/// A program of this package, as built beside the running tests.
public struct BuiltProgram: Sendable {
  /// The program's file.
  public let path: String

  /// The program of this name.
  public init(_ name: String) {
    path = Self.directory.appendingPathComponent(name).path
  }

  /// The program of this file.
  public init(path: String) { self.path = path }

  /// The build directory: that of the running test bundle.
  private static let directory: URL = {
    // …/release/dist-trainPackageTests.xctest
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent()
  }()

  /// Runs the program to its end.
  ///
  /// - ranks: nil runs it alone, a number that many times under the launcher.
  /// - launcher: by default that of the MPI library that the build was made with.
  /// - prefix: a command that starts the whole, such as `taskset -c 0`.
  /// - environment: added to that of the tests.
  /// - seconds: after which everything is ended, with status 124 or 137.
  public func run(
    _ arguments: [String], ranks: Int? = nil, launcher: MPILauncher = .ofThisBuild, prefix: [String] = [],
    environment: [String: String] = [:], seconds: Int = 120
  ) throws -> Finished {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let mark = UUID().uuidString
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // A thread's blocked signals would be blocked in all that it starts, so env unblocks them.
    process.arguments =
      ["--default-signal", "timeout", "-k", "2", "\(seconds)"] + prefix
      + (ranks.map { [launcher.command, "-np", "\($0)"] } ?? []) + [path] + arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(launcher.environment(scratch: folder.path)) { _, ours in ours }
      .merging(environment) { _, given in given }
      .merging([Self.markName: mark]) { _, mark in mark }
    // Files, not pipes, which a program that outlives its launcher would keep open.
    let output = try folder.file("output")
    let errors = try folder.file("errors")
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    if ranks != nil { Self.jobs.wait() }
    defer { if ranks != nil { Self.jobs.signal() } }
    let clock = ContinuousClock()
    let start = clock.now
    try process.run()
    process.waitUntilExit()
    let time = clock.now - start
    return Finished(
      status: process.terminationStatus, output: try Self.lines(output), errors: try Self.lines(errors), time: time,
      leftProcesses: Self.leftProcesses(mark))
  }

  /// Two jobs at a time, since their starts mostly wait; where times are held to the letter each has the machine for
  /// itself.
  private static let jobs = DispatchSemaphore(value: isStrict ? 1 : 2)

  /// Names the environment variable that a run's processes are known by.
  private static let markName = "DIST_TRAIN_TEST_RUN"

  /// Processes that carry the mark and don't go away within two seconds.
  private static func leftProcesses(_ mark: String) -> [String] {
    let entry = Data("\(markName)=\(mark)".utf8)
    var left: [String] = []
    for _ in 0..<20 {
      let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      left = processes.filter { name in
        guard Int(name) != nil, let data = FileManager.default.contents(atPath: "/proc/\(name)/environ") else {
          return false
        }
        return data.range(of: entry) != nil
      }
      if left.isEmpty { break }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return left
  }

  private static func lines(_ file: URL) throws -> [String] {
    var lines = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // What follows the last line's end.
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

/// What a program left when it had ended.
public struct Finished: Sendable {
  /// The exit code; under a launcher, the launcher's.
  public let status: Int32
  /// Lines on standard output.
  public let output: [String]
  /// Lines on standard error, the launcher's among them.
  public let errors: [String]
  /// From start to end.
  public let time: Duration
  /// Processes that the run has left behind.
  public let leftProcesses: [String]
}
