local syllables = {"ka", "sa", "ta", "na", "ha", "ma", "ya", "ra", "wa", "ki", "shi"}
local seed, words = 42, {}
for i = 1, 200000 do
  seed = (seed * 1103515245 + 12345) % 2147483648
  local a = seed // 65536 % 11
  seed = (seed * 1103515245 + 12345) % 2147483648
  local b = seed // 65536 % 11
  words[i] = syllables[a + 1] .. syllables[b + 1]
end
local text = table.concat(words, " ")
local counts = {}
for _ = 1, 3 do
  for word in text:gmatch("[^ ]+") do counts[word] = (counts[word] or 0) + 1 end
end
local best = {}
for word in pairs(counts) do best[#best + 1] = word end
table.sort(best, function(a, b)
  if counts[a] ~= counts[b] then return counts[a] > counts[b] end
  return a < b
end)
for i = 1, 5 do print(best[i] .. " " .. counts[best[i]]) end
print(#best)
