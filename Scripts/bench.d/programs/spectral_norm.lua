local function entry(i, j) return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1) end
local function times(v, transposed)
  local n, out = #v, {}
  for i = 0, n - 1 do
    local total = 0.0
    for j = 0, n - 1 do
      total = total + (transposed and entry(j, i) or entry(i, j)) * v[j + 1]
    end
    out[i + 1] = total
  end
  return out
end
local u, v = {}, nil
for i = 1, 160 do u[i] = 1.0 end
for _ = 1, 10 do
  v = times(times(u, false), true)
  u = times(times(v, false), true)
end
local top, bottom = 0.0, 0.0
for i = 1, #u do
  top = top + u[i] * v[i]
  bottom = bottom + v[i] * v[i]
end
print(string.format("%.9f", (top / bottom) ^ 0.5))
