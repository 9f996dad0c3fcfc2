import Platform

/// Whether this machine's CPU can run what the program was compiled for; without the check it would end in an illegal
/// instruction.
///
/// The check itself has to run on any CPU. Its target is compiled for the baseline of the architecture, and it makes no
/// array, string or closure: the linker may take their specialised functions from a target that was compiled for
/// another.
enum Processor {
  /// Ends the process, with one line from the first process of each node, if the CPU lacks a feature that this build
  /// uses. A system that doesn't say is trusted.
  static func check() {
    guard let feature = missingFeature else { return }
    if isFirstOnNode {
      report(feature)
    } else {
      // The launcher ends the job when the first has failed.
      sleep(1)
    }
    exit(64)
  }

  /// What the program was compiled for, in a word.
  static var build: String {
    #if BUILT_FOR_AVX512
      "AVX-512"
    #elseif BUILT_FOR_AVX2
      "AVX2"
    #else
      "any"
    #endif
  }

  /// The first feature that this build uses and the CPU hasn't; nil when it has all.
  static var missingFeature: StaticString? {
    #if BUILT_FOR_AVX512 || BUILT_FOR_AVX2
      if lacks(.extended, 1 << 5) { return "AVX2" }
      if lacks(.basic, 1 << 12) { return "FMA" }
    #endif
    #if BUILT_FOR_AVX512
      // F, DQ, BW and VL.
      if lacks(.extended, 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31) { return "AVX-512" }
    #endif
    return nil
  }

  /// A register that the instruction `cpuid` fills.
  private struct Register {
    /// The C library's number of the leaf.
    let leaf: UInt32
    /// Its place among EAX, EBX, ECX and EDX.
    let place: Int

    /// Leaf 1, ECX.
    static var basic: Register { Register(leaf: 0, place: 2) }
    /// Leaf 7, EBX.
    static var extended: Register { Register(leaf: 1, place: 1) }
  }

  /// Whether any of these bits is missing among the features that CPU and system make usable
  /// (`__x86_get_cpuid_feature_leaf` of glibc 2.33 and later).
  private static func lacks(_ register: Register, _ bits: UInt32) -> Bool {
    // Looked up by its name, since Swift doesn't see its header. Its type is the manual's: it returns four registers as
    // the CPU fills them, then four with only the usable features.
    typealias Leaf = @convention(c) (UInt32) -> UnsafePointer<UInt32>?
    guard let symbol = unsafe dlsym(nil, "__x86_get_cpuid_feature_leaf") else { return false }
    let leaf = unsafe unsafeBitCast(symbol, to: Leaf.self)
    guard let registers = unsafe leaf(register.leaf) else { return false }
    return unsafe registers[4 + register.place] & bits != bits
  }

  /// Whether the launcher, if one started this process, calls it the first of its node.
  private static var isFirstOnNode: Bool {
    isFirst(by: "OMPI_COMM_WORLD_LOCAL_RANK") && isFirst(by: "MPI_LOCALRANKID") && isFirst(by: "SLURM_LOCALID")
  }

  private static func isFirst(by name: StaticString) -> Bool {
    // The C library's own text, read at once.
    guard let text = unsafe getenv(UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)) else {
      return true
    }
    return unsafe atoi(text) == 0
  }

  /// Writes the error's line in one call, so that lines of several nodes don't mix.
  private static func report(_ feature: StaticString) {
    let capacity = 1024
    let host = 256
    // Room for the machine's name and all of the text; zeroed, so that what is put there is terminated.
    guard let line = unsafe calloc(1, capacity)?.assumingMemoryBound(to: CChar.self) else { return }
    func add(_ text: StaticString) {
      _ = unsafe strcat(line, UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self))
    }
    add("dist-train: this CPU lacks ")
    add(feature)
    add(", which the program was built for: ")
    unsafe gethostname(line + strlen(line), host)
    add("; build it on this machine, or with DIST_TRAIN_CPU=x86-64-v2\n")
    _ = unsafe write(2, line, strlen(line))
  }
}
