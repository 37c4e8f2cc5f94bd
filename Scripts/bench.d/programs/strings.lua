local function build(n)
  local parts = {}
  for i = 0, n - 1 do parts[#parts + 1] = "item " .. (i * 7 % 1000) .. ";" end
  local text = table.concat(parts)
  local upper = text:upper():gsub("ITEM", "kana")
  local _, count = upper:gsub("kana 1", "")
  local pieces = {}
  for piece in (upper .. ";"):gmatch("([^;]*);") do pieces[#pieces + 1] = piece end
  return #text, count, #pieces
end
local a, b, c
for _ = 1, 3 do a, b, c = build(300000) end
print(a .. " " .. b .. " " .. c)
