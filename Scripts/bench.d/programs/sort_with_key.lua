local seed, rows = 7, {}
for i = 0, 199999 do
  seed = (seed * 1103515245 + 12345) % 2147483648
  rows[#rows + 1] = {seed % 1000, i}
end
local function key(row) return row[1] * 1000000 + row[2] end
table.sort(rows, function(a, b) return key(a) < key(b) end)
local total = 0
for place, row in ipairs(rows) do
  total = (total * 31 + row[1] * 7 + row[2] + place - 1) % 1000000007
end
print(total)
