import Foundation
import Launching
import Testing

@testable import DistTrain
import Training

/// Options from files and the environment.
@Suite(.serialized) struct ConfigurationTests {
  static let short = ["--epochs", "1", "--no-lr-find", "--quiet", "--out", "none"]

  /// The arguments that the parser gets.
  private func arguments(_ given: [String], file: String? = nil, environment: [String: String] = [:]) throws -> [String]
  {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let path = try folder.file("run.yaml", Data((file ?? "").utf8)).path
    let given = file == nil ? given : given + ["--config", path]
    let all = try ConfiguredArguments(given, environment: EnvironmentSettings.settings(environment)).arguments
    return file == nil ? all : Array(all.dropLast(2))
  }

  @Test func commandLineThenFileThenEnvironment() throws {
    let environment = ["DIST_TRAIN_EPOCHS": "1", "DIST_TRAIN_BPTT": "2", "DIST_TRAIN_SEED": "3", "HOME": "/"]
    #expect(
      try arguments(["--seed", "4"], file: "epochs: 5\n", environment: environment)
        == ["--epochs=5", "--bptt=2", "--seed", "4"])
    #expect(
      try arguments(["train", "--bptt=9"], environment: environment) == ["train", "--epochs=1", "--seed=3", "--bptt=9"])
    // Behind the command's name, and only what the command has.
    #expect(try arguments(["bench", "step"], file: "epochs: 5\nbptt: 7") == ["bench", "step", "--bptt=7"])
    #expect(try arguments(["verify", "runs/first"], environment: environment) == ["verify", "runs/first"])
    // A command without --config has them, too.
    #expect(
      try arguments(
        ["tokenize", "a.txt"],
        environment: ["DIST_TRAIN_OUT": "o", "DIST_TRAIN_MIN_FREQ": "1"].merging(environment) { $1 })
        == ["tokenize", "--min-freq=1", "--out=o", "a.txt"])
    #expect(
      try arguments(["sweep", "a.yaml"], environment: ["DIST_TRAIN_SEEDS": "3", "DIST_TRAIN_CONFIG": "x"])
        == ["sweep", "--seeds=3", "a.yaml"])
    #expect(try arguments(["--help"], environment: environment) == ["--help"])
    #expect(try arguments(["--seed", "4"], file: "") == ["--seed", "4"])
  }

  @Test func valuesAsTheyStand() throws {
    let file = """
      lr: 1e-3   # the notebook's
      moms: [0.95, 0.85]
      init: ~
      seed: "42"
      out: -dash
      quiet: yes
      no-plot: false
      lr-find: no
      environment: {workers: 4}
      """
    #expect(
      try arguments([], file: file)
        == ["--lr=1e-3", "--moms=0.95,0.85", "--seed=42", "--out=-dash", "--quiet", "--no-lr-find"])
    #expect(try arguments([], file: "no-lr-find: true") == ["--no-lr-find"])
    #expect(try arguments([], file: "lr-find: true") == [])
    // A flag is one option under all of its names.
    #expect(try arguments(["--no-lr-find"], file: "lr-find: true") == ["--no-lr-find"])
    #expect(try arguments([], environment: ["DIST_TRAIN_QUIET": "1", "DIST_TRAIN_NO_PLOT": "off"]) == ["--quiet"])
  }

  @Test(
    arguments: [
      ("epocs: 3", "unknown option 'epocs': ", ", line 1; did you mean epochs?"),
      ("epochs: 3\nbatch_size: 3", "unknown option 'batch_size': ", ", line 2; did you mean batch-size?"),
      ("zzzzzzzzz: 3", "unknown option 'zzzzzzzzz': ", ", line 1; see `dist-train train --help`"),
      ("config: other.yaml", "unknown option 'config': ", ", line 1; "),
      ("epochs: many", "the value 'many' is invalid for '--epochs <n>' (", ", line 1); see `dist-train train --help`"),
      ("\nbptt: 0", "bptt 0 is too small: --bptt (", ", line 2); give at least 1"),
      ("quiet: perhaps", "'perhaps' is neither true nor false: ", ", line 1; give true or false"),
      ("epochs: 1\nepochs: 2", "no YAML (more than one value for 'epochs'): ", ""),
      ("moms: [1", "no YAML (did not find expected ',' or ']', line 2): ", ""),
      ("just a text", "the configuration has no names: ", ""),
      ("moms: {a: 1}", "'moms' is neither a value nor a list of them: ", ", line 1; "),
    ])
  func wrongFilesAreOneLine(file: String, what: String, end: String) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let path = try folder.file("run.yaml", Data(file.utf8)).path
    try expectOneLine(["--config", path, "--out", "none"], status: 64, saying: what, ranks: nil)
    try expectOneLine(["--config=\(path)", "--out", "none"], status: 64, saying: "run.yaml" + end, ranks: nil)
  }

  @Test(arguments: aloneAndRanks) func filesThatAreNotThere(ranks: Int?) throws {
    try expectOneLine(
      ["--config", "/nowhere.yaml"], status: 74,
      saying: "can't read the file (no such file or directory): /nowhere.yaml",
      ranks: ranks)
  }

  @Test func wrongVariablesAreOneLine() throws {
    for (variable, value, line) in [
      ("EPOCS", "3", "unknown option in the environment: DIST_TRAIN_EPOCS; did you mean DIST_TRAIN_EPOCHS?"),
      ("EPOCHS", "x", "'x' is invalid for '--epochs <n>' (DIST_TRAIN_EPOCHS); see `dist-train train --help`"),
    ] {
      try expectOneLine(
        ["--out", "none"], status: 64, saying: line, ranks: nil, prefix: ["env", "DIST_TRAIN_\(variable)=\(value)"])
    }
    // Whatever the command.
    for command in [
      ["tokenize", "a.txt"], ["generate"], ["verify", "runs"], ["sweep", "a.yaml"], ["bench", "step"], ["data"],
      ["lr-find"], ["evaluate"],
    ] {
      try expectOneLine(
        command, status: 64,
        saying: "unknown option in the environment: DIST_TRAIN_EPOCS; did you mean DIST_TRAIN_EPOCHS?", ranks: nil,
        prefix: ["env", "DIST_TRAIN_EPOCS=3"])
    }
  }

  /// What a run has told about itself starts it again, whatever its options were.
  @Test(arguments: [
    Self.short,
    ["--epochs", "1", "--lr", "auto", "--hidden", "20", "--moms", "0.9,0.8", "--seed", "18446744073709551615"],
    [
      "--epochs", "2", "--steps", "300", "--no-lr-find", "--clip", "0.7", "--hidden-state", "reset", "--model",
      "model1",
    ],
  ])
  func aRunsConfigurationStartsItAgain(options: [String]) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let first = try Launcher.run(options + ["--quiet", "--out", folder.path + "/run"])
    let digest = try #require(first.digest, "\(first.errors)")
    let configuration = ["--config", folder.path + "/run/config.json"]
    let names = try #require(
      try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: folder.path + "/run/config.json")))).names)
    let known = CommandDescription.root.subcommand(named: "train").map { Set($0.arguments.flatMap(\.names)) } ?? []
    for name in names { #expect(known.contains(name) || ["lr-find", "environment"].contains(name), "\(name)") }
    let again = try Launcher.run(["train"] + configuration + ["--quiet", "--out", "none"])
    #expect(again.digest == digest, "\(again.errors)")
    let evaluation = try Launcher.run(
      ["evaluate", "--weights", folder.path + "/run/model.safetensors"] + configuration)
    #expect(evaluation.status == 0 && evaluation.output.hasPrefix("valid loss "), "\(evaluation.errors)")
  }

  #if MPI
    @Test func ranksReadTheSameFile() throws {
      let folder = try TemporaryDirectory()
      defer { folder.remove() }
      let path = try folder.file("run.yaml", Data("epochs: 1\nlr-find: false\nquiet: true\nout: none\n".utf8)).path
      #expect(try Launcher.run(ranks: 2, ["--config", path]).digest == Launcher.run(Self.short).digest)
    }
  #endif

  /// Every option can stand in a file under its long name.
  @Test func everyOptionByItsName() throws {
    let train = try #require(CommandDescription.root.subcommand(named: "train"))
    let names = train.arguments.flatMap(\.names)
    #expect(names.count > 25 && Set(names).count == names.count)
    for argument in train.arguments where !["help", "version", "config"].contains(argument.names.first) {
      let name = try #require(argument.names.first, "an option without a long name")
      let value = argument.kind == .flag ? "true" : argument.values.first ?? "1"
      let expected = argument.kind == .flag ? "--\(name)" : "--\(name)=\(value)"
      #expect(try arguments([], file: "\(name): \(value)") == [expected])
    }
  }

  @Test func theNearestName() {
    #expect(NearestName.find("epoch", in: ["epochs", "bptt"]) == "epochs")
    #expect(NearestName.find("bttp", in: ["epochs", "bptt"]) == "bptt")
    #expect(NearestName.find("wd", in: ["epochs", "bptt"]) == nil)
    #expect(NearestName.distance(Array("lanes"), Array("alnes")) == 1)
    #expect(NearestName.distance(Array(""), Array("abc")) == 3)
    #expect(NearestName.distance(Array("hidden"), Array("hdeen")) == 2)
  }

  /// What build, scripts and tests read from the environment is no option of the program's, which the tests start with
  /// it.
  @Test func variablesOfScriptsAndTestsAreNoOptions() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..").standardized
    var names: Set<String> = []
    for folder in ["Launch", "Tests", "Package.swift"] {
      let top = root.appendingPathComponent(folder)
      let files =
        FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
      for file in [top] + files {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
        let uses = text.matches(of: #/(?:\$\{?|nvironment\[")DIST_TRAIN_([A-Z_]+)/#)
        names.formUnion(uses.map { String($0.1) })
      }
    }
    #expect(names.isSuperset(of: ["CPU", "LAUNCHER", "STRICT"]))
    for name in names {
      let settings = EnvironmentSettings.settings(["DIST_TRAIN_\(name)": "1"])
      #expect(settings.isEmpty || CommandDescription.root.allNames.contains(settings[0].name), "DIST_TRAIN_\(name)")
    }
  }
}

extension JSONValue {
  /// The members' names; nil for what is no object.
  fileprivate var names: [String]? { if case .object(let members) = self { members.map(\.name) } else { nil } }
}
