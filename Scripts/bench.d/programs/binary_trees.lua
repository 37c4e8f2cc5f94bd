local function tree(depth)
  if depth == 0 then return {} end
  return {tree(depth - 1), tree(depth - 1)}
end
local function nodes(node)
  local left, right = node[1], node[2]
  if left == nil then return 1 end
  return 1 + nodes(left) + nodes(right)
end
local kept = tree(13)
for depth = 4, 13, 3 do
  local total = 0
  for _ = 1, 1 << (13 - depth) do total = total + nodes(tree(depth)) end
  print(depth .. " " .. total)
end
print(nodes(kept))
