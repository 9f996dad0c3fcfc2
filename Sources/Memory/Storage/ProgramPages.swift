internal import Platform

/// The pages of the program's file that a process has in memory.
public enum ProgramPages {
  /// Gives back the pages of the program's code: those that are still needed come back from the system's page cache
  /// when they are next run, those that only the start needed, such as the reading of options, do not. A third of what
  /// a small job's rank takes is code. Nothing happens where the system doesn't tell what is mapped.
  ///
  /// Only the program's own file: libraries for networks patch the code of the C library in place, and a page that was
  /// written doesn't come back. A debugger's breakpoints are such pages, too, until it sets them again.
  public static func giveBackUnused() {
    #if os(Linux)
      var file = stat()
      guard stat("/proc/self/exe", &file) == 0, let maps = SystemFile("/proc/self/maps") else { return }
      for segment in maps.mappings where segment.isCode && segment.file == file.st_ino {
        _ = madvise(UnsafeMutableRawPointer(bitPattern: segment.start), segment.byteCount, MADV_DONTNEED)
      }
    #endif
  }
}

extension SystemFile {
  /// A line of `/proc/self/maps`.
  struct Mapping {
    let start: UInt
    let byteCount: Int
    /// Read and run, and of this process alone.
    let isCode: Bool
    /// The mapped file's inode; 0 for none.
    let file: UInt
  }

  /// The lines of `/proc/self/maps`.
  var mappings: [Mapping] {
    // 00200000-01a9b000 r-xp 00000000 fe:00 131642   /usr/local/bin/dist-train
    words.compactMap { words in
      guard words.count >= 5 else { return nil }
      let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, ends[0] < ends[1], let file = UInt(words[4]) else { return nil }
      return Mapping(start: ends[0], byteCount: Int(ends[1] - ends[0]), isCode: words[1] == "r-xp", file: file)
    }
  }
}
