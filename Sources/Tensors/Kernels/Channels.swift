import CKernels

/// Normalization of matrices [rows, channels], channel by channel, in few passes over memory.
///
/// Sums over the rows are taken in bands whose size depends on the channels alone, and the bands added in order and in double.
package enum Channels {
    package typealias Input = UnsafePointer<Float>
    package typealias Output = UnsafeMutablePointer<Float>

    /// The mean of each channel, and the mean squared distance from it.
    package static func moments(_ x: Input, rows: Int, channels: Int) -> (mean: [Double], variance: [Double]) {
        let number = Double(max(1, rows))
        let mean = sums(rows, channels) { part, sums in
            ck_column_sums(x + part.lowerBound * channels, sums, part.count, channels, 0, channels)
        }.map { $0 / number }
        let middle = mean.map { Float($0) }
        let squares = sums(rows, channels) { part, sums in
            ck_channel_products(nil, x + part.lowerBound * channels, middle, sums, part.count, channels)
        }
        return (mean, squares.map { $0 / number })
    }

    /// Σ g, and Σ g · (x − middle), for each channel.
    package static func gradientSums(
        _ g: Input, _ x: Input, middle: [Float], rows: Int, channels: Int
    ) -> (plain: [Double], products: [Double]) {
        let plain = sums(rows, channels) { part, sums in
            ck_column_sums(g + part.lowerBound * channels, sums, part.count, channels, 0, channels)
        }
        let products = sums(rows, channels) { part, sums in
            let start = part.lowerBound * channels
            ck_channel_products(g + start, x + start, middle, sums, part.count, channels)
        }
        return (plain, products)
    }

    /// y = x · scale + offset.
    package static func scale(_ x: Input, by scale: [Float], offset: [Float], _ y: Output, rows: Int, channels: Int) {
        Parallel.ranges(rows, grain: band(channels)) { part in
            let start = part.lowerBound * channels
            ck_channel_scale(x + start, scale, offset, y + start, part.count, channels)
        }
    }

    /// y = a · aScale + b · bScale + offset.
    package static func blend(
        _ a: Input, by aScale: [Float], _ b: Input, by bScale: [Float], offset: [Float], _ y: Output, rows: Int, channels: Int
    ) {
        Parallel.ranges(rows, grain: band(channels)) { part in
            let start = part.lowerBound * channels
            ck_channel_blend(a + start, aScale, b + start, bScale, offset, y + start, part.count, channels)
        }
    }

    // MARK: - Implementation

    /// Rows of a band, whole blocks of 64.
    private static func band(_ channels: Int) -> Int { max(64, (1 << 17) / max(1, channels) / 64 * 64) }

    private static func sums(_ rows: Int, _ channels: Int, _ partial: (Range<Int>, Output) -> Void) -> [Double] {
        let band = band(channels), bands = (rows + band - 1) / band
        return Workspace.floats(bands * channels) { sums in
            Parallel.ranges(rows, grain: band) { partial($0, sums + $0.lowerBound / band * channels) }
            return (0..<channels).map { channel in
                (0..<bands).reduce(0.0) { $0 + Double(sums[$1 * channels + channel]) }
            }
        }
    }
}
