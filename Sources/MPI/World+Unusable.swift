#if MPI
  internal import Platform

  /// A variable of the environment with which the MPI library can't start: it would end the process with many lines.
  public struct UnusableSetting: Sendable, Equatable {
    /// The variable and its value: "OMPI_MCA_pml=foo".
    public let text: String
    /// What is wrong.
    public let problem: String
    /// What to do.
    public let remedy: String
  }

  extension World {
    /// The first such variable of the environment; nil for none.
    public static func unusableSetting(environment: [String: String] = World.environment) -> UnusableSetting? {
      libraryVersion.hasPrefix("Open MPI")
        ? unusableModules(environment: environment, modules: moduleNames) : unusableTransports(environment: environment)
    }

    /// A list of Open MPI's modules that names one which isn't there, or that leaves out what ranks need.
    ///
    /// - modules: the names of a framework's modules; none where they aren't known.
    static func unusableModules(
      environment: [String: String], modules: (_ framework: String) -> [String]
    ) -> UnusableSetting? {
      // A module that each framework has says that its modules are files, and not parts of the library.
      for (framework, common) in [("pml", "ob1"), ("btl", "self"), ("osc", "sm"), ("coll", "basic")] {
        let name = "OMPI_MCA_\(framework)"
        guard let value = environment[name], !value.isEmpty, !value.hasPrefix("^") else { continue }
        let asked = value.split(separator: ",").map { String($0) }
        let known = modules(framework).sorted()
        if known.contains(common), let unknown = asked.first(where: { !known.contains($0) }) {
          return UnusableSetting(
            text: "\(name)=\(value)", problem: "Open MPI has no module '\(unknown)'",
            remedy: "unset \(name), or give some of \(known.joined(separator: ", "))")
        }
        guard framework == "btl" else { continue }
        if !asked.contains("self") {
          return UnusableSetting(
            text: "\(name)=\(value)", problem: "a rank can't reach itself", remedy: "unset \(name), or add self")
        }
        if asked == ["self"], environment["OMPI_COMM_WORLD_SIZE"] != "1", environment["OMPI_MCA_pml"] ?? "ob1" == "ob1"
        {
          return UnusableSetting(
            text: "\(name)=\(value)", problem: "the ranks can't reach each other",
            remedy: "unset \(name), or add vader and tcp")
        }
      }
      return nil
    }

    /// A list of UCX's transports, which MPICH takes, of which there is none. Of unknown ones beside known ones UCX
    /// only warns.
    static func unusableTransports(environment: [String: String]) -> UnusableSetting? {
      guard let value = environment["UCX_TLS"], !value.isEmpty, !value.hasPrefix("^") else { return nil }
      let families = [
        "all", "cma", "cuda", "dc", "gaudi", "gdr", "gga", "ib", "knem", "mm", "posix", "rc", "rdmacm", "rocm", "self",
        "shm", "sm", "srd", "sysv", "tcp", "ud", "ugni", "xpmem", "ze",
      ]
      let names = value.split(separator: ",").map { $0.lowercased().drop { $0 == "\\" } }
      guard !names.contains(where: { name in families.contains { name.hasPrefix($0) } }) else { return nil }
      return UnusableSetting(
        text: "UCX_TLS=\(value)", problem: "UCX has no such transport", remedy: "unset UCX_TLS, or give all")
    }

    /// The modules of a framework, `mca_pml_ob1.so` and so on, beside the library that is loaded.
    private static func moduleNames(_ framework: String) -> [String] {
      guard let library = libraryDirectory else { return [] }
      let start = "mca_\(framework)_"
      for folder in ["openmpi", "openmpi/lib/openmpi3", "openmpi3"] {
        let names = fileNames(in: "\(library)/\(folder)").filter { $0.hasPrefix(start) && $0.hasSuffix(".so") }
        if !names.isEmpty { return names.map { String($0.dropFirst(start.count).dropLast(3)) } }
      }
      return []
    }

    /// The directory that `libmpi` was loaded from, by the process's list of mapped files.
    private static var libraryDirectory: String? {
      guard let file = fopen("/proc/self/maps", "r") else { return nil }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 4096)
      while fgets(&line, Int32(line.count), file) != nil {
        let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        guard let start = bytes.firstIndex(of: UInt8(ascii: "/")) else { continue }
        let parts = String(decoding: bytes[start...], as: UTF8.self).split(separator: "/")
        if parts.last?.hasPrefix("libmpi.so") == true { return "/" + parts.dropLast().joined(separator: "/") }
      }
      return nil
    }

    private static func fileNames(in directory: String) -> [String] {
      guard let stream = opendir(directory) else { return [] }
      defer { closedir(stream) }
      var names: [String] = []
      while let entry = readdir(stream) {
        names.append(
          withUnsafePointer(to: &entry.pointee.d_name) { field in
            field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
          })
      }
      return names
    }
  }
#endif
