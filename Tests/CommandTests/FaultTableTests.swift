import Foundation
import Launching
import Testing

/// What other programs' bug reports are about: for each kind of fault a sample, and the line that answers it. The next
/// one is a row.
@Suite(.serialized) struct FaultTableTests {
  /// A row: a kind of fault with one sample of it.
  struct Fault: Sendable, CustomTestStringConvertible {
    let kind: String
    /// A command of bash in a fresh directory; `"$@"` is the program, under its launcher where there are ranks, `$D`
    /// the program alone.
    let sample: String
    /// The exit code.
    let status: Int32
    /// What the one line on standard error says; where nothing fails, a line of standard output.
    let line: String
    /// Whether the fault is a job's, too: the sample is tried on four ranks as well.
    let isJobs: Bool

    init(_ kind: String, _ sample: String, _ status: Int32, _ line: String, isJobs: Bool = false) {
      (self.kind, self.sample, self.status, self.line, self.isJobs) = (kind, sample, status, line, isJobs)
    }

    var testDescription: String { "\(kind): \(sample)" }
  }

  /// A run's directory `run`, and an untrained one's `bell`, whose words hold control characters.
  static let run = #""$D" --steps 3 --no-lr-find --quiet --out run > /dev/null; "#
  static let bell =
    #"printf 'a\033[31m b\a\nb\a a\033[31m\na\033[31m b\a\n' > t; "$D" --train t --valid t --batch-size 2 --steps 2 --no-lr-find "#
    + "--quiet --out bell > /dev/null; "
  static let lines = #"printf 'one two\nthree one\ntwo three\none two\n' > t; "#
  /// 150 words of 100,000 control characters, each twice: 105 MB in a header.
  static let longWords =
    #"w=$(head -c 100000 /dev/zero | tr '\0' '\1'); for p in 1 2; do for i in {1..150}; do echo "$i$w"; done; done > t; "#

  static let texts = [
    Fault(
      "no LF", #"printf 'one two\rthree four\r%.0s' {1..50} > t; "$@" tokenize t --tokenizer lines --out o"#, 0,
      "valid       30 tokens"),
    Fault(
      "no LF", #"printf 'one two\r\nthree four\r\n%.0s' {1..50} > t; "$@" tokenize t --tokenizer word --out o"#, 0,
      "valid       31 tokens"),
    Fault(
      "one line", #"printf 'one two three %.0s' {1..100} > t; "$@" tokenize t --tokenizer lines --out o"#, 0,
      "valid       31 tokens"),
    Fault(
      "one line", #"printf 'one two three %.0s' {1..100} > t; "$@" tokenize t --tokenizer word --out o"#, 0,
      "vocabulary  16 tokens, specials among them; 4 distinct ones in the texts"),
    Fault(
      "one word", #"printf '\u4f60\u597d%.0s' {1..100} > t; LC_ALL=C.UTF-8 "$@" tokenize t --out o"#, 0,
      "valid       21 tokens"),
    Fault(
      "one word", #"printf 'a' > t; "$@" tokenize t --out o"#, 65, "no text to validate on: t; give more text"),
    Fault(
      "long token",
      #"w=$(head -c 2000000 /dev/zero | tr '\0' x); printf 'one\n%s\none\n%s\n' $w $w > t; "#
        + #""$@" data --train t --valid t --batch-size 2 --show-batch"#, 0, "0    xxbos one ,"),
    Fault(
      "vocabulary over a limit of reading", longWords + #""$@" tokenize t --tokenizer lines --valid t --out o"#, 65,
      "the vocabulary is too long"),
    Fault(
      "vocabulary over a limit of reading", longWords + #""$@" --train t --valid t --out none"#, 65,
      "is too long for a file of weights", isJobs: true),
    Fault(
      "byte-order mark",
      #"printf '\xef\xbb\xbfone two\none two\n' > t; "$@" data --train t --valid t --batch-size 4"#, 0,
      "  xxunk xxpad xxbos xxeos xxfld xxmaj xxup xxrep xxwrep one two xxfake xxfake", isJobs: true),
    Fault(
      "byte-order mark", #"printf '\xef\xbb\xbfab\nab\nab\n' > t; "$@" tokenize t --tokenizer char --out o"#, 0,
      "vocabulary  16 tokens, specials among them; 4 distinct ones in the texts"),
    Fault(
      "byte-order mark", #"printf '\xef\xbb\xbfab\nab\nab\n' > t; "$@" tokenize t --tokenizer lines --out o"#, 0,
      "vocabulary  16 tokens, specials among them; 3 distinct ones in the texts"),
    Fault(
      "byte-order mark", #"printf '\xef\xbb\xbf' > t; "$@" tokenize t --out o"#, 65, "no text to train on: t"),
    Fault(
      "byte-order mark",
      #"printf '\xef\xbb\xbfsteps: 2\nquiet: true\n' > run.yaml; "$@" --config run.yaml --no-lr-find --out none"#, 0,
      "digest ", isJobs: true),
  ]

  static let files = [
    Fault("pipe", lines + #""$@" tokenize <(cat t) --out o"#, 74, "a pipe, not a regular file"),
    Fault(
      "pipe", lines + #"mkfifo p; "$@" tokenize t --valid p --out o"#, 74, "a regular file): p; write it to a file"),
    Fault(
      "pipe", lines + run + #"mkfifo p; "$@" evaluate --weights run --text p"#, 74,
      "can't read the file (a pipe, not a regular file): p; write it to a file and name that", isJobs: true),
    Fault("name that is no UTF-8", lines + #"mv t $'\xe9'; "$@" tokenize $'\xe9' --out $'o\xe9'"#, 0, #"--data o\xE9"#),
    Fault(
      "name that is no UTF-8",
      lines + #"mv t $'\xe9'; "$D" tokenize $'\xe9' --quiet --out $'o\xe9'; "#
        + #""$@" --data $'o\xe9' --batch-size 4 --steps 2 --no-lr-find --out $'r\xe9'"#, 0, #"run directory r\xE9"#,
      isJobs: true),
    Fault(
      "name that is no UTF-8", lines + #"mv t $'\xe9'; "$@" --train $'\xe9' --valid $'n\xe9' --out none"#, 74,
      #"n\xE9; check its name"#, isJobs: true),
    Fault(
      "name that is no UTF-8", run + #"mv run $'r\xe9'; "$@" generate --weights $'r\xe9' --temperature 0"#, 0, "eight",
      isJobs: true),
    Fault(
      "name that begins with a dash", lines + #"mv t ./-dash.txt; "$@" tokenize -dash.txt --out o"#, 64, "./-dash.txt"),
    Fault(
      "name that begins with a dash", lines + #"cp t ./-dash.txt; "$@" --train -dash.txt --valid t --out none"#, 64,
      "-dash.txt; give a file of that name as ./-dash.txt", isJobs: true),
    Fault("name that begins with a dash", #""$@" tokenize -none.txt --out o"#, 64, "as ./-none.txt"),
    Fault(
      "--init of a directory", run + #""$@" --init run --steps 1 --no-lr-find --out none"#, 0, "digest ", isJobs: true),
    Fault(
      "--init of a directory", #"mkdir d; "$@" --init d --out none"#, 74,
      "d/model.safetensors; give a run that is done",
      isJobs: true),
    Fault(
      "value in quotes", #"echo 'quiet: "true"' > r.yaml; "$@" --config r.yaml --out none"#, 64,
      "'quiet' has its true or false in quotation marks: r.yaml, line 1; leave out the quotation marks", isJobs: true),
    Fault(
      "value in quotes", #"DIST_TRAIN_NO_PLOT="'yes'" "$@" --out none"#, 64,
      "in quotation marks: DIST_TRAIN_NO_PLOT; leave out"),
    Fault(
      "empty value", #"printf 'steps: 2\nepochs:\n' > r.yaml; "$@" --config r.yaml --out none"#, 64,
      "'epochs' has an empty value: r.yaml, line 2; give a value", isJobs: true),
    Fault(
      "empty value", #"echo "model: ''" > r.yaml; "$@" --config r.yaml --out none"#, 64,
      "'model' has an empty value: r.yaml, line 1"),
    Fault("empty value", #"DIST_TRAIN_SEED= "$@" --out none"#, 64, "'seed' has an empty value: DIST_TRAIN_SEED"),
    Fault("empty value", #"DIST_TRAIN_CONFIG= "$@" --out none"#, 64, "'config' has an empty value: DIST_TRAIN_CONFIG"),
    Fault(
      "no value",
      #"printf 'steps: null\nquiet: true\n' > r.yaml; "$@" --config r.yaml --no-lr-find --epochs 1 --out none"#,
      0, "digest "),
    Fault(
      "file cut short",
      #"for i in {1..20000}; do echo "one two three $((i % 90))"; done > t; "$D" tokenize t --quiet --out o; "#
        + #"(sleep 2; truncate -s 5000 o/train.tokens) & "$@" --data o --epochs 100000 --no-lr-find --quiet --out none"#,
      65, "has become shorter while it was used: o/train.tokens; make it again", isJobs: true),
    Fault(
      "output at once",
      run + #""$@" generate --weights run --tokens 1000000 2> /dev/null | head -c 40 | wc -c"#, 0, "40"),
  ]

  static let limits = [
    Fault(
      "memory that is not to be had", #"ulimit -v 1000000; "$@" --model awd-lstm --bptt 70 --out none"#, 1,
      "too little memory: the run takes ", isJobs: true)
  ]

  static let terminals = [
    Fault("control characters", bell + #""$@" data --train t --valid t --batch-size 2 --show-batch"#, 0, #"b\u0007"#),
    Fault("control characters", bell + #""$@" generate --weights bell --prompt $'b\a' --tokens 20"#, 0, #"b\u0007"#),
    Fault(
      "control characters", bell + #""$@" evaluate --weights bell --train t --valid t --batch-size 4 --confused 3"#, 0,
      #"u001b[31m"#, isJobs: true),
    Fault(
      "control characters", #""$@" --steps 2 --no-lr-find --out $'r\033[31m'"#, 0, #"run directory r\u001b[31m"#,
      isJobs: true),
    Fault("control characters", run + #"mv run $'r\a'; "$@" verify $'r\a'"#, 0, #"intact   r\u0007/checkpoints/"#),
    Fault("control characters", lines + #""$@" tokenize t --out $'o\xc2\x9b31m'"#, 0, #"--data o\u009b31m"#),
    Fault(
      "control characters", #""$@" --train $'n\033[31m\n' --valid t --out none"#, 74, "n [31m ; check its name",
      isJobs: true),
    Fault("control characters", #""$@" $'tr\033in'"#, 64, "unknown command: tr in; did you mean train?"),
    Fault(
      "direction of writing", lines + #"cp t $'\u202et'; "$@" data --train $'\u202et' --valid t --batch-size 2"#, 0,
      #"\u202et"#),
  ]

  @Test(arguments: texts + files + limits + terminals) func alone(fault: Fault) throws { try check(fault, ranks: nil) }

  #if MPI
    @Test(arguments: (texts + files + limits + terminals).filter(\.isJobs)) func onFourRanks(fault: Fault) throws {
      try check(fault, ranks: 4)
    }
  #endif

  private func check(_ fault: Fault, ranks: Int?) throws {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let program = BuiltProgram("dist-train")
    let result = try program.run(
      [], ranks: ranks,
      prefix: ["env", "-C", folder.path, "D=\(program.path)", "LC_ALL=C.UTF-8", "bash", "-c", fault.sample, "bash"],
      seconds: 60)
    let own = result.errors.filter { $0.hasPrefix("dist-train: ") }
    #expect(result.status == fault.status, "\(result.output) \(result.errors)")
    if fault.status == 0 {
      #expect(result.output.contains { $0.contains(fault.line) }, "\(result.output) \(result.errors)")
      #expect(own.isEmpty)
    } else {
      #expect(own.count == 1, "\(result.errors)")
      #expect(own.allSatisfy { $0.contains(fault.line) && $0.contains(#/^dist-train: .+: .+; .+$/#) }, "\(own)")
      #expect(result.output.isEmpty)
    }
    for line in result.output + own {
      #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\t" }, "\(line)")
      #expect(line.count < 500)
    }
    #expect(result.leftProcesses.isEmpty)
  }

  // MARK: Widths

  /// What a terminal of that width is sent.
  private func screen(_ command: String, columns: Int, term: String = "xterm") throws -> String {
    let folder = try TemporaryDirectory()
    defer { folder.remove() }
    let text = String(repeating: "one two three four\n", count: 200_000)
    try folder.file("t", Data(text.utf8))
    let line = "cd \(folder.path); stty cols \(columns); \(BuiltProgram("dist-train").path) \(command)"
    let run = try BuiltProgram(path: "/usr/bin/env").run(
      ["script", "-qefc", line, "/dev/null"], environment: ["TERM": term, "NO_COLOR": "1"])
    #expect(run.status == 0, "\(run.output)")
    return run.output.joined(separator: "\n").replacing("\r\n", with: "\n")
  }

  @Test(.enabled(if: TerminalTests.hasTerminals, "script is not installed"), arguments: [80, 40, 20, 8])
  func theBarFits(columns: Int) throws {
    let sent = try screen("tokenize t --out o", columns: columns)
    let bars = sent.split(separator: "\r\u{1B}[K").map { $0.prefix { $0 != "\n" && $0 != "\r" } }
      .filter { $0.contains(" %") }
    #expect(!bars.isEmpty, "\(sent)")
    #expect(bars.allSatisfy { $0.count < columns }, "\(bars)")
  }

  @Test(.enabled(if: TerminalTests.hasTerminals, "script is not installed"))
  func noBarWhereNoLineIsDrawnOver() throws {
    #expect(try !screen("tokenize t --out o", columns: 80, term: "dumb").contains("\u{1B}"))
  }

  @Test(.enabled(if: TerminalTests.hasTerminals, "script is not installed"), arguments: [80, 60, 45, 40, 30, 24])
  func tablesAndPlotsFit(columns: Int) throws {
    let sent = try screen("--epochs 2 --out none --bptt 20", columns: columns)
    let lines = sent.split(separator: "\n").map { $0.split(separator: "\r\u{1B}[K").last ?? "" }
      .filter { !$0.hasPrefix("digest ") && !$0.hasPrefix("lr-find: ") }
    #expect(lines.contains { $0.contains(#/^1  +\d\.\d{6}/#) }, "\(sent)")
    #expect(lines.contains { $0.contains("\u{2514}") }, "a plot")
    #expect(lines.allSatisfy { $0.count <= columns }, "\(lines.filter { $0.count > columns })")
  }
}
