// The first floats of a block of sixteen, or all of them, once per code path; included by kernel files after "each_path.h".

#define load_lanes NAME(load_lanes)
#define store_lanes NAME(store_lanes)

INLINE f16 load_lanes(const float *p, size_t lanes) { return lanes == 16 ? load16(p) : load_part(p, lanes); }
INLINE void store_lanes(float *p, f16 v, size_t lanes) {
    if (lanes == 16)
        store16(p, v);
    else
        store_part(p, v, lanes);
}
