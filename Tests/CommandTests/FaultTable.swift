import Testing

/// The table itself: one row a fault.
extension FaultTableTests {
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
      "byte-order mark",
      run + #""$@" generate --weights run --prompt $'\xef\xbb\xbfone' --tokens 2 2> /dev/null | head -c 3"#, 0, "one"),
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
    Fault(
      "pipe", run + #""$@" evaluate --weights <(cat run/model.safetensors)"#, 74,
      "can't read the file (a pipe, not a regular file): /dev/fd/"),
    Fault(
      "pipe", run + #""$@" --init <(cat run/model.safetensors) --steps 1 --no-lr-find --out none"#, 0, "digest "),
    Fault(
      "pipe", run + #""$@" verify <(cat run/checkpoints/step-00000003.safetensors)"#, 74,
      "can't read the checkpoint (a pipe, not a regular file): /dev/fd/"),
    Fault(
      "pipe", run + #"mkfifo p; "$@" --resume p --out none"#, 74,
      "can't read the checkpoint (a pipe, not a regular file): p; write it to a file and name that", isJobs: true),
    Fault(
      "device", lines + #""$@" --train /dev/zero --valid t --out none"#, 74,
      "can't read the file (a device, not a regular file): /dev/zero; write some of it to a file", isJobs: true),
    Fault("device", lines + #""$@" --train t --valid /dev/urandom --out none"#, 74, "a regular file): /dev/urandom"),
    Fault("device", lines + #""$@" data --train /dev/zero --valid t"#, 74, "a regular file): /dev/zero"),
    Fault("device", #""$@" tokenize /dev/zero --out o"#, 74, "a regular file): /dev/zero"),
    Fault(
      "device", run + #""$@" evaluate --weights run --text /dev/zero"#, 74, "a regular file): /dev/zero", isJobs: true),
    Fault("device", #""$@" evaluate --weights /dev/zero"#, 74, "a regular file): /dev/zero"),
    Fault("device", #""$@" generate --weights /dev/zero"#, 74, "a regular file): /dev/zero"),
    Fault("device", #""$@" --init /dev/zero --out none"#, 74, "a regular file): /dev/zero", isJobs: true),
    Fault("device", #""$@" --config /dev/zero --out none"#, 74, "a regular file): /dev/zero", isJobs: true),
    Fault(
      "device", #""$@" verify /dev/zero"#, 74, "can't read the checkpoint (a device, not a regular file): /dev/zero"),
    Fault(
      "pipe beyond memory", lines + #"ulimit -v 800000; yes one | "$@" --train /dev/stdin --valid t --out none"#, 74,
      "more than ulimit -v has memory for): /dev/stdin; give a shorter one"),
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
      "seed out of its bounds", #""$@" --seed -1 --out none"#, 64,
      "'-1' is invalid for '--seed <n>'; give a whole number from 0 to 18446744073709551615", isJobs: true),
    Fault(
      "seed out of its bounds", #"DIST_TRAIN_SEED=18446744073709551616 "$@" --out none"#, 64,
      "(DIST_TRAIN_SEED); give a whole number from 0 to 18446744073709551615"),
    Fault(
      "empty value", #"printf 'steps: 2\nepochs:\n' > r.yaml; "$@" --config r.yaml --out none"#, 64,
      "'epochs' has an empty value: r.yaml, line 2; give a value", isJobs: true),
    Fault(
      "empty value", #"echo "model: ''" > r.yaml; "$@" --config r.yaml --out none"#, 64,
      "'model' has an empty value: r.yaml, line 1"),
    Fault("empty value", #"DIST_TRAIN_SEED= "$@" --out none"#, 64, "'seed' has an empty value: DIST_TRAIN_SEED"),
    Fault("empty value", #"DIST_TRAIN_CONFIG= "$@" --out none"#, 64, "'config' has an empty value: DIST_TRAIN_CONFIG"),
    Fault(
      "flag and its inversion",
      #"printf 'tie-weights: true\nno-tie-weights: true\n' > r.yaml; "$@" --model gru --config r.yaml --out none"#, 64,
      "'tie-weights' and 'no-tie-weights' contradict each other: r.yaml, line 1, r.yaml, line 2; leave out one",
      isJobs: true),
    Fault(
      "flag and its inversion",
      #"printf 'no-lr-find: true\nepochs: 1\nlr-find: yes\n' > r.yaml; "$@" --config r.yaml --out none"#, 64,
      "'no-lr-find' and 'lr-find' contradict each other: r.yaml, line 1, r.yaml, line 3"),
    Fault(
      "flag and its inversion", #"DIST_TRAIN_LR_FIND=0 DIST_TRAIN_NO_LR_FIND=0 "$@" --out none"#, 64,
      "contradict each other: DIST_TRAIN_LR_FIND, DIST_TRAIN_NO_LR_FIND"),
    Fault(
      "flag and its inversion",
      #"printf 'lr-find: false\nno-lr-find: true\nsteps: 2\n' > r.yaml; DIST_TRAIN_LR_FIND=1 "$@" --config r.yaml --out none"#,
      0, "digest "),
    Fault(
      "no value",
      #"printf 'steps: null\nquiet: true\n' > r.yaml; "$@" --config r.yaml --no-lr-find --epochs 1 --out none"#,
      0, "digest "),
    Fault(
      "file cut short",
      #"for i in {1..20000}; do echo "one two three $((i % 90))"; done > t; "$D" tokenize t --quiet --out o; "#
        + #"(sleep 2; truncate -s 5000 o/train.tokens) & "$@" --data o --epochs 100000 --no-lr-find --quiet --out none"#,
      65, "has become shorter while it was used: o/train.tokens", isJobs: true),
    Fault(
      "output at once",
      run + #""$@" generate --weights run --tokens 1000000 2> /dev/null | head -c 40 | wc -c"#, 0, "40"),
  ]

  /// Runs `run` of model3, `m2` of model2, and `l3` of an LSTM whose tensors are those of an awd-lstm.
  static let others =
    run + #""$D" --model model2 --steps 3 --no-lr-find --quiet --out m2 > /dev/null; "#
    + #""$D" --model lstm --layers 3 --hidden 16 --norm none --tie-weights --steps 3 --no-lr-find --quiet --out l3 > /dev/null; "#
  /// Words of the human numbers, and as many others.
  static let foreign =
    #"printf 'one two three\ntwo three one\n%.0s' {1..9} > t; printf 'uno due tre\ndue tre uno\n%.0s' {1..9} > u; "#
    + #""$D" --train t --valid t --batch-size 4 --steps 2 --no-lr-find --quiet --out own > /dev/null; "#

  /// The weights of `run`, all of them 1e30.
  static let large =
    #"python3 -c 'import struct; b = open("run/model.safetensors", "rb").read(); n = 8 + struct.unpack("<Q", b[:8])[0]; "#
    + #"open("w", "wb").write(b[:n] + struct.pack("<f", 1e30) * ((len(b) - n) // 4))'; "#

  static let weights = [
    Fault(
      "weights of another model", others + #""$@" --init m2 --steps 2 --no-lr-find --out none"#, 65,
      "the weights are those of model2, not of model3: m2/model.safetensors; give weights of model3", isJobs: true),
    Fault(
      "weights of another model",
      others + #""$@" --init l3 --model awd-lstm --hidden 16 --embedding 16 --steps 2 --no-lr-find --out none"#, 65,
      "the weights are those of lstm, not of awd-lstm: l3/model.safetensors", isJobs: true),
    Fault(
      "weights of another model", others + #""$@" lr-find --init m2 --out none"#, 65, "those of model2, not of model3"),
    Fault(
      "weights of another vocabulary",
      foreign + #""$@" --init own --train u --valid u --batch-size 4 --steps 2 --no-lr-find --out none"#, 65,
      #"(token 9 is "one" there and "uno" here): own/model.safetensors; give the texts"#, isJobs: true),
    Fault(
      "weights of another vocabulary", foreign + #""$@" --init own --steps 2 --no-lr-find --out none"#, 65,
      "the vocabulary of the weights is not that of the texts", isJobs: true),
    Fault(
      "weights of another vocabulary", foreign + #""$@" evaluate --weights own --train u --valid u"#, 65,
      "the vocabulary of u is not that of the weights", isJobs: true),
    Fault(
      "option that contradicts the weights", others + #""$@" evaluate --weights run --model model2"#, 64,
      #""model2" contradicts the weights, which have "model3": --model; leave it out"#, isJobs: true),
    Fault(
      "option that contradicts the weights", others + #""$@" evaluate --weights l3 --layers 2"#, 64,
      "2 contradicts the weights, which have 3: --layers", isJobs: true),
    Fault(
      "option that contradicts the weights", others + #""$@" evaluate --weights m2 --bptt 20"#, 0,
      "other      --bptt 20, the run's 3", isJobs: true),
    Fault(
      "weights whose loss isn't finite", run + large + #""$@" evaluate --weights w"#, 65,
      "the loss is not finite: w; take an earlier checkpoint", isJobs: true),
    Fault(
      "weights whose loss isn't finite", run + large + #""$@" --init w --steps 2 --no-lr-find --quiet --out o"#, 1,
      "weights w; give weights of a run that did not diverge", isJobs: true),
    Fault(
      "texts of the weights",
      foreign + #""$@" evaluate --weights own"#, 0, "tokens     72", isJobs: true),
    Fault(
      "texts of the weights", foreign + #"rm t; "$@" evaluate --weights own"#, 74,
      "and the weights name it as their text: t; give --train and --valid, or --data", isJobs: true),
    Fault(
      "texts of the weights", foreign + #"echo 'one two' >> t; "$@" evaluate --weights own"#, 0,
      "other      t, which is not the run's text"),
    Fault(
      "unknown words", foreign + #""$@" evaluate --weights own --text u"#, 0, "% of the tokens, counted as wrong",
      isJobs: true),
    Fault(
      "unknown words", foreign + #""$@" evaluate --weights own --text u"#, 0, "unknown    76.06 %"),
  ]

  static let checkpoints = [
    Fault(
      "best of a run without a validation", run + #""$@" evaluate --weights run/best"#, 74,
      "run/best; a run has it from its first validation on", isJobs: true),
    Fault("checkpoint and --resume", run + #""$@" verify run"#, 0, "step 3, model3; resumable"),
    Fault(
      "checkpoint and --resume", run + #": > run/metrics.jsonl; "$@" verify run > /dev/null"#, 65,
      "1 of 1 checkpoints not resumable: run; --resume takes none of them"),
    Fault(
      "checkpoint and --resume", foreign + #"rm t; "$@" verify own"#, 0, "resumable with its texts only: can't read"),
    Fault(
      "checkpoint and --resume", foreign + #"echo one >> t; "$@" verify own"#, 0,
      "resumable with its texts only: the texts have changed since"),
    Fault(
      "run without a checkpoint", run + #"find run -type f ! -name config.json -delete; "$@" verify run"#, 0,
      "no checkpoint yet; --resume begins at the beginning"),
    Fault(
      "run without a checkpoint", run + #"find run -type f ! -name config.json -delete; "$@" --resume run --quiet"#, 0,
      "digest ", isJobs: true),
    Fault(
      "run in use",
      #""$D" --epochs 100000 --no-lr-find --quiet --out run > /dev/null 2>&1 & until [ -s run/metrics.jsonl ]; do sleep 0.1; done; "#
        + #"for i in {1..20}; do "$@" verify run > v || cat v; done; cat v; kill -9 $!"#, 0,
      "; --resume refuses until its end"),
  ]
}
